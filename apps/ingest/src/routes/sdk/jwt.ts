import { hkdfSync } from 'node:crypto';
import { publicAppId } from '@fanfare/core';
import { SignJWT } from 'jose';
import { seconds } from '../../http/fields.ts';

/** How long a token is valid. */
const LIFETIME_S = 3600;

/** The purpose of the key (RFC 5869, `info`); keeps it distinct from other keys derived from the master key. */
const PURPOSE = 'fanfare me jwt';

/** The signing key of `/v3/me/jwt`, derived from the master key (32 bytes in base64) and used for nothing else. */
export const jwtKeyOf = (masterKey: string): Uint8Array =>
  new Uint8Array(hkdfSync('sha256', Buffer.from(masterKey, 'base64'), '', PURPOSE, 32));

/** Signs a JWT (HS256) for a user: `sub` is the uid, `app` the app. Valid for an hour from `now` (epoch ms). */
export const signJwt = (key: Uint8Array, { uid, appId }: { uid: string; appId: string }, now: number) =>
  new SignJWT({ app: publicAppId(appId) })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setSubject(uid)
    .setIssuedAt(seconds(now))
    .setExpirationTime(seconds(now) + LIFETIME_S)
    .sign(key);
