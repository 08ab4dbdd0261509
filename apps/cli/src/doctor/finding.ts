/**
 * What a check found: all is well, something is wrong and how to mend it, something to think about, or why it could not
 * be checked.
 */
export type Finding =
  | { kind: 'ok'; what: string }
  | { kind: 'problem' | 'warning'; what: string; remedy: string }
  | { kind: 'skipped'; what: string };

export const ok = (what: string): Finding => ({ kind: 'ok', what });
export const problem = (what: string, remedy: string): Finding => ({ kind: 'problem', what, remedy });
export const warning = (what: string, remedy: string): Finding => ({ kind: 'warning', what, remedy });
export const skipped = (what: string): Finding => ({ kind: 'skipped', what });
