import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { parseApnsIdentity, parseP8 } from '../../src/index.ts';
import { anApnsCredential } from '../support/device-push.ts';
import { PASTINGS } from '../support/pastings.ts';

const pem = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' }).toString();
const { keyId, teamId, bundleId, p8Key } = anApnsCredential();
const GOOD = { keyId, teamId, bundleId, p8Key };

test('a good key is accepted', () => {
  expect(parseApnsIdentity(GOOD)).toEqual({ ok: true, value: GOOD });
  expect(parseP8(p8Key)).toEqual({ ok: true, value: p8Key });
});

describe('refused, naming the field', () => {
  test.each([
    ['keyId', 'ABC123DEF'],
    ['keyId', 'abc123defg'],
    ['keyId', undefined],
    ['teamId', 'DEF123GHIJK'],
    ['teamId', 7],
    ['bundleId', 'chat'],
    ['bundleId', 'com.example chat'],
    ['bundleId', ''],
    ['p8Key', 'not a key'],
    ['p8Key', undefined],
  ])('%s %j', (field, value) => {
    expect(parseApnsIdentity({ ...GOOD, [field]: value })).toMatchObject({ ok: false, field });
  });
});

test.each([
  ['RSA', generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey],
  ['EC secp384r1', generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey],
  ['ED25519', generateKeyPairSync('ed25519').privateKey],
])('a key that is %s is refused with a sentence', (found, key) => {
  const problem = `must be an elliptic curve key on P-256, as Apple issues them; this one is ${found}`;
  expect(parseP8(pem(key))).toEqual({ ok: false, field: 'p8Key', problem });
});

test('a public key is refused', () => {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  expect(parseP8(publicKey.export({ type: 'spki', format: 'pem' }).toString())).toMatchObject({ ok: false });
});

describe('a .p8 file is accepted as it is pasted', () => {
  test.each(Object.entries(PASTINGS))('%s', (_how, pasted) => {
    expect(parseP8(pasted(p8Key))).toEqual({ ok: true, value: p8Key });
  });

  test('the same on one line without its first and last', () => {
    expect(parseP8(p8Key.replace(/-----.*-----|\n/g, ''))).toEqual({ ok: true, value: p8Key });
  });
});

describe('an unreadable .p8 file is refused with the problem', () => {
  const encrypted = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({
    type: 'pkcs8',
    format: 'pem',
    cipher: 'aes-256-cbc',
    passphrase: 'secret',
  });
  test.each([
    ['cut off', p8Key.slice(0, 120), 'is cut off: it has no line -----END PRIVATE KEY-----'],
    ['missing a part', p8Key.replace(/\n.{20}/, '\n'), 'cannot be read between -----BEGIN PRIVATE KEY-----'],
    ['encrypted', String(encrypted), 'is encrypted with a passphrase'],
    ['a certificate', '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----', 'is a certificate'],
    ['a file name', 'AuthKey_ABC1234567.p8', 'has no line -----BEGIN PRIVATE KEY-----'],
  ])('%s', (_what, text, problem) => {
    expect(parseP8(text)).toMatchObject({ ok: false, field: 'p8Key', problem: expect.stringContaining(problem) });
  });
});

test('a bundle id that ends like a topic is accepted', () => {
  const named = { ...GOOD, bundleId: 'com.example.chat.voip' };
  expect(parseApnsIdentity(named)).toEqual({ ok: true, value: named });
});
