import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { parseApnsIdentity, parseP8 } from '../../src/index.ts';
import { anApnsCredential } from '../support/device-push.ts';

const pem = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' }).toString();
const { keyId, teamId, bundleId, p8Key } = anApnsCredential();
const GOOD = { keyId, teamId, bundleId, p8Key };

test('a good key is taken', () => {
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
    ['bundleId', 'com.example.chat.voip'],
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
