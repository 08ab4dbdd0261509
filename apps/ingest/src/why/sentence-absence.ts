import type { Absence } from '@fanfare/audience';

const CLAUSES: Record<Absence, (name: string) => string> = {
  notifies_nobody: () => 'events of this type notify no one',
  sender: (name) => `${name} caused the event, and users are not notified of their own actions`,
  removed: (name) => `${name} left or was removed from the group by this event`,
  not_named: (name) => `the event names its recipients, and ${name} is not one of them`,
  erased: (name) => `${name} was erased`,
  deactivated: (name) => `${name} is deactivated`,
  blocked: (name) => `${name} or the sender has blocked the other`,
  not_a_member: (name) => `${name} is not a member of the conversation`,
  original_unknown: () =>
    'only users whom the original reached are notified of a change to it, and there is no record of the original',
  not_reached: (name) =>
    `only users whom the original reached are notified of a change to it, and it did not reach ${name}`,
};

/**
 * A sentence that says why a user is not in the audience: `Not sent: Bob is deactivated.` For an unknown user, `name`
 * is the requested uid.
 */
export const absenceSentence = (name: string, absence: Absence): string => `Not sent: ${CLAUSES[absence](name)}.`;
