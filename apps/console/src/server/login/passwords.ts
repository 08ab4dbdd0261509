import { createHash, timingSafeEqual } from 'node:crypto';

/** The roles: an admin may do everything, a viewer may only read. */
export const ROLES = ['admin', 'viewer'] as const;
export type Role = (typeof ROLES)[number];

/** The password of each role; a role without one is disabled. */
export type Passwords = { admin: string; viewer?: string };

/** The role with this password. Takes constant time, whichever password matches or none. */
export function roleOfPassword(passwords: Passwords, given: string): Role | undefined {
  let matching: Role | undefined;
  for (const role of ROLES) {
    const password = passwords[role];
    if (password !== undefined && timingSafeEqual(digest(given), digest(password))) matching ??= role;
  }
  return matching;
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
