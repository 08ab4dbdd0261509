import type { Absence } from '@fanfare/audience';
import { type NotInAudience, notInAudienceSentence } from './sentence.ts';

type Ours = Exclude<Absence, NotInAudience>;

const CLAUSES: Record<Ours, (name: string) => string> = {
  notifies_nobody: () => 'events of this type notify no one',
  not_named: (name) => `the event names its recipients, and ${name} is not one of them`,
  original_unknown: () =>
    'only users whom the original reached are notified of a change to it, and there is no record of the original',
  not_reached: (name) =>
    `only users whom the original reached are notified of a change to it, and it did not reach ${name}`,
};

/** A sentence that says why a user was not considered: `Not sent: Bob is deactivated.` */
export const absenceSentence = (name: string, absence: Absence): string =>
  isOurs(absence) ? `Not sent: ${CLAUSES[absence](name)}.` : notInAudienceSentence({ name, why: absence });

const isOurs = (absence: Absence): absence is Ours => absence in CLAUSES;
