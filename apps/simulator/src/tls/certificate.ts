import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { isIP } from 'node:net';
import * as der from './der.ts';

/** The certificate of a TLS server and the CA that clients must trust; all PEM. */
export interface ServerIdentity {
  caPem: string;
  certPem: string;
  keyPem: string;
}

const DAY_MS = 86_400_000;
const VALID_DAYS = 3_650;

const ECDSA_SHA256 = der.sequence(der.objectId('1.2.840.10045.4.3.2'));
const KEY_CERT_SIGN = der.bitString(Buffer.from([0b0000_0100]), 2);
const DIGITAL_SIGNATURE = der.bitString(Buffer.from([0b1000_0000]), 7);
const SERVER_AUTH = der.sequence(der.objectId('1.3.6.1.5.5.7.3.1'));

interface Party {
  name: string;
  publicKey: KeyObject;
}

/**
 * Creates a certificate for these host names and IP addresses, with a new CA whose key is discarded at once, so that no
 * one can sign anything else for clients that trust it. EC P-256, valid for ten years from `now`.
 */
export function makeIdentity(names: readonly string[], now: Date): ServerIdentity {
  const authority = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const server = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  // A unique name, so that a client that also trusts an older CA does not take that for the issuer.
  const issuer = { name: `Fanfare simulator CA ${randomBytes(4).toString('hex')}`, publicKey: authority.publicKey };
  const subject = { name: 'Fanfare simulator', publicKey: server.publicKey };
  const issue = (to: Party, extensions: Buffer[]) =>
    pem(certificate({ issuer, subject: to, extensions, now }, authority.privateKey));
  return {
    caPem: issue(issuer, [
      extension('2.5.29.19', der.sequence(der.TRUE), true),
      extension('2.5.29.15', KEY_CERT_SIGN, true),
    ]),
    certPem: issue(subject, [
      extension('2.5.29.15', DIGITAL_SIGNATURE, true),
      extension('2.5.29.37', SERVER_AUTH),
      extension('2.5.29.17', der.sequence(...names.map(alternativeName))),
    ]),
    keyPem: server.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
  };
}

interface Content {
  issuer: Party;
  subject: Party;
  extensions: Buffer[];
  now: Date;
}

/** RFC 5280, https://www.rfc-editor.org/rfc/rfc5280#section-4.1 */
function certificate({ issuer, subject, extensions, now }: Content, key: KeyObject): Buffer {
  const content = der.sequence(
    der.explicit(0, der.integer(Buffer.from([2]))),
    der.integer(Buffer.concat([Buffer.from([1]), randomBytes(15)])),
    ECDSA_SHA256,
    commonName(issuer.name),
    der.sequence(
      der.utcTime(new Date(now.getTime() - DAY_MS)),
      der.utcTime(new Date(now.getTime() + VALID_DAYS * DAY_MS)),
    ),
    commonName(subject.name),
    publicKeyInfo(subject.publicKey),
    der.explicit(
      3,
      der.sequence(
        extension('2.5.29.14', der.octetString(keyId(subject.publicKey))),
        extension('2.5.29.35', der.sequence(der.tagged(0x80, keyId(issuer.publicKey)))),
        ...extensions,
      ),
    ),
  );
  return der.sequence(content, ECDSA_SHA256, der.bitString(sign('sha256', content, key)));
}

const extension = (id: string, value: Buffer, critical = false): Buffer =>
  der.sequence(der.objectId(id), ...(critical ? [der.TRUE] : []), der.octetString(value));

const commonName = (name: string): Buffer =>
  der.sequence(der.set(der.sequence(der.objectId('2.5.4.3'), der.utf8String(name))));

const publicKeyInfo = (key: KeyObject): Buffer => key.export({ type: 'spki', format: 'der' });

const keyId = (key: KeyObject): Buffer => createHash('sha1').update(publicKeyInfo(key)).digest();

const alternativeName = (name: string): Buffer =>
  isIP(name) ? der.tagged(0x87, ipBytes(name)) : der.tagged(0x82, Buffer.from(name));

/** The bytes of an IPv4 or IPv6 address, without a zone. */
function ipBytes(address: string): Buffer {
  if (isIP(address) === 4) return Buffer.from(address.split('.').map(Number));
  const [head = [], tail] = address.split('::').map((part) => part.split(':').filter((group) => group !== ''));
  const missing = 8 - head.length - (tail?.length ?? 0);
  const groups = tail ? [...head, ...Array<string>(missing).fill('0'), ...tail] : head;
  return Buffer.from(groups.map((group) => group.padStart(4, '0')).join(''), 'hex');
}

const pem = (bytes: Buffer): string =>
  `-----BEGIN CERTIFICATE-----\n${bytes
    .toString('base64')
    .replace(/.{64}(?=.)/g, '$&\n')}\n-----END CERTIFICATE-----\n`;
