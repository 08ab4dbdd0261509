import type { Absence } from '@fanfare/audience';
import { type NotInAudience, notInAudienceSentence } from './sentence.ts';

type Ours = Exclude<Absence, NotInAudience>;

const CLAUSES: Record<Ours, (name: string) => string> = {
  notifies_nobody: () => 'events of this kind notify nobody',
  not_named: (name) => `the event names its recipients, and ${name} is not one of them`,
  original_unknown: () =>
    'only those whom the original reached are told of a change to it, and its record is not there (any more)',
  not_reached: (name) =>
    `only those whom the original reached are told of a change to it, and it did not reach ${name}`,
};

/** Why somebody was not considered, for people: `Not sent: Bob is deactivated.` */
export const absenceSentence = (name: string, absence: Absence): string =>
  isOurs(absence) ? `Not sent: ${CLAUSES[absence](name)}.` : notInAudienceSentence({ name, why: absence });

const isOurs = (absence: Absence): absence is Ours => absence in CLAUSES;
