import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';

/** Encrypts provider secrets at rest. `context` binds a text to where it is stored: it decrypts nowhere else. */
export interface SecretBox {
  seal(plain: string, context: string): string;
  /** @throws UndecryptableSecret when the text was made with an unknown key, for another context, or was altered. */
  open(sealed: string, context: string): string;
  /** Whether a text was encrypted with the key that encrypts now. */
  isCurrent(sealed: string): boolean;
}

/** An encrypted text that none of our keys decrypts. The message reveals nothing of its content. */
export class UndecryptableSecret extends Error {
  override readonly name = 'UndecryptableSecret';
}

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * AES-256-GCM with a fresh nonce per text. The key's id is stored with the text, so that keys can be rotated: the first
 * key encrypts, all of them decrypt. Keys are 32 bytes in base64.
 * @throws when a key is not.
 */
export function createSecretBox(masterKey: string, previousKeys: readonly string[] = []): SecretBox {
  const keys = new Map([masterKey, ...previousKeys].map((text) => [keyId(decodeKey(text)), decodeKey(text)]));
  const [[id, key] = []] = keys;
  if (!id || !key) throw new Error('no master key');
  return {
    seal: (plain, context) => `${id}.${encrypt(key, plain, context)}`,
    isCurrent: (sealed) => sealed.startsWith(`${id}.`),
    open: (sealed, context) => {
      const [used = '', ...text] = sealed.split('.');
      const known = keys.get(used);
      if (!known) throw new UndecryptableSecret(`sealed with master key ${used}, which is not configured`);
      try {
        return decrypt(known, text.join('.'), context);
      } catch (cause) {
        throw new UndecryptableSecret('was sealed for another context, or altered', { cause });
      }
    },
  };
}

/**
 * The key for the secrets of membership sources, in base64, derived from a master key: who has only this one cannot
 * decrypt the secrets of providers (HKDF, RFC 5869).
 * @throws when the master key is not 32 bytes in base64.
 */
export function deriveMembershipKey(masterKey: string): string {
  const derived = hkdfSync('sha256', decodeKey(masterKey), Buffer.alloc(0), 'fanfare membership secrets', KEY_BYTES);
  return Buffer.from(derived).toString('base64');
}

/**
 * The box for the secrets of membership sources, for a process that has the master key. It also opens those that were
 * encrypted with the master key itself, as they were before there was a key of their own.
 */
export const createMembershipBox = (masterKey: string, previousKeys: readonly string[] = []): SecretBox =>
  createSecretBox(deriveMembershipKey(masterKey), [
    ...previousKeys.map(deriveMembershipKey),
    masterKey,
    ...previousKeys,
  ]);

function encrypt(key: Buffer, plain: string, context: string): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(context));
  const text = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), text]).toString('base64url');
}

function decrypt(key: Buffer, sealed: string, context: string): string {
  const bytes = Buffer.from(sealed, 'base64url');
  // Decoding ignores characters outside base64url; a text that contains any was altered.
  if (bytes.toString('base64url') !== sealed) throw new Error('not a sealed text');
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.from(context)).setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
  return decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
}

function decodeKey(text: string): Buffer {
  const key = Buffer.from(text, 'base64');
  if (key.length !== KEY_BYTES) throw new Error('a master key is 32 bytes in base64: openssl rand -base64 32');
  return key;
}

/** Identifies a key without revealing it. */
const keyId = (key: Buffer): string =>
  createHash('sha256').update('fanfare-key-id').update(key).digest('hex').slice(0, 8);
