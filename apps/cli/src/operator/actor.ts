import { hostname, userInfo } from 'node:os';

/** Who runs the command, as the audit log takes it: `cli alice@laptop`, at most 100 printable ASCII characters. */
export const actor = (): string => `cli ${userName()}@${hostname()}`.replace(/[^\x20-\x7e]/g, '?').slice(0, 100);

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run as a user without a name.
    return `uid-${process.getuid?.()}`;
  }
}
