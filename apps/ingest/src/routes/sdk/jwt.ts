import { hkdfSync } from 'node:crypto';
import { publicAppId } from '@fanfare/core';
import { SignJWT } from 'jose';
import { seconds } from '../../http/fields.ts';

/** How long a token says who somebody is. */
const LIFETIME_S = 3600;

/** Names the purpose of the key, so that no other key derived from the master key is the same (RFC 5869, `info`). */
const PURPOSE = 'fanfare me jwt';

/** The key `/v3/me/jwt` signs with: derived from the master key (32 bytes in base64), and used for nothing else. */
export const jwtKeyOf = (masterKey: string): Uint8Array =>
  new Uint8Array(hkdfSync('sha256', Buffer.from(masterKey, 'base64'), '', PURPOSE, 32));

/** A JWT (HS256) that says who somebody is: `sub` the uid, `app` the app, good for an hour from `now`, epoch ms. */
export const signJwt = (key: Uint8Array, { uid, appId }: { uid: string; appId: string }, now: number) =>
  new SignJWT({ app: publicAppId(appId) })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setSubject(uid)
    .setIssuedAt(seconds(now))
    .setExpirationTime(seconds(now) + LIFETIME_S)
    .sign(key);
