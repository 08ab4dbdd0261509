import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';

/** Encrypts provider secrets at rest. `context` binds a text to where it is stored: it decrypts nowhere else. */
export interface SecretBox {
  seal(plain: string, context: string): string;
  /** @throws UndecryptableSecret when the text was made with an unknown key, for another context, or was altered. */
  open(sealed: string, context: string): string;
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
