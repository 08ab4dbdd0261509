import { createHash, timingSafeEqual } from 'node:crypto';

/** Who is looking: the operator may do everything there is, a viewer only look. */
export const ROLES = ['operator', 'viewer'] as const;
export type Role = (typeof ROLES)[number];

/** The password of each role; without one, nobody has the role. */
export type Passwords = { operator: string; viewer?: string };

/** The role a password opens. Takes the same time whether one fits or not, and whichever. */
export function roleOfPassword(passwords: Passwords, given: string): Role | undefined {
  let fitting: Role | undefined;
  for (const role of ROLES) {
    const password = passwords[role];
    if (password !== undefined && timingSafeEqual(digest(given), digest(password))) fitting ??= role;
  }
  return fitting;
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
