import type { RecipientTrace } from '@fanfare/client';

/** A step of the decision. */
export interface Rung {
  title: string;
  question: string;
  /** `no`: the one that ended it; `skipped`: not asked after that; `open`: not decided yet. */
  answer: 'yes' | 'no' | 'skipped' | 'open';
}

/**
 * The steps in their order (docs/rules/decision.md#order), each with the reasons it can say no for. The first is about
 * the audience, whose reasons are the API's words for an absence.
 */
const STEPS = [
  {
    title: 'Membership',
    question: 'Is the user one of those the event is for?',
    reasons: [
      'notifies_nobody',
      'sender',
      'removed',
      'not_named',
      'erased',
      'deactivated',
      'not_a_member',
      'original_unknown',
      'not_reached',
      'not_planned',
    ],
  },
  { title: 'Block', question: 'Has neither of the two blocked the other?', reasons: ['blocked'] },
  {
    title: 'App',
    question: 'Is push on, moderation content, the group not too large?',
    reasons: ['PUSH_DISABLED', 'MODERATION_DISAPPROVED', 'MODERATION_PENDING', 'moderation', 'GROUP_TOO_LARGE'],
  },
  {
    title: 'Preference',
    question: 'Does the user want events of this kind?',
    reasons: [
      'MESSAGES_PREFERENCE',
      'REPLIES_PREFERENCE',
      'QUOTED_REPLIES_PREFERENCE',
      'MESSAGE_ACTIONS_PREFERENCE',
      'REACTIONS_PREFERENCE',
      'GROUP_ACTIONS_PREFERENCE',
      'CALL_PREFERENCE',
      'REACTION_REMOVED',
    ],
  },
  { title: 'Do Not Disturb', question: 'Is it off?', reasons: ['DND_PREFERENCE'] },
  { title: 'Mute', question: 'Is the conversation not muted?', reasons: ['MUTE_PREFERENCE'] },
  { title: 'Schedule', question: "Is it within the user's hours?", reasons: ['SCHEDULE_PREFERENCE'] },
  {
    title: 'Devices',
    question: 'Is there a device or webhook to send to?',
    reasons: ['INVALID_PUSH_PROVIDER_ID', 'NO_TARGET'],
  },
] as const;

/** The decision for a user, step by step. */
export function ladderOf({ decision, reason }: Pick<RecipientTrace, 'decision' | 'reason'>): Rung[] {
  const ended = STEPS.findIndex(({ reasons }) => (reasons as readonly string[]).includes(reason ?? ''));
  return STEPS.map(({ title, question }, i) => ({ title, question, answer: answerOf(decision, i, ended) }));
}

function answerOf(decision: RecipientTrace['decision'], step: number, ended: number): Rung['answer'] {
  if (decision === 'sent') return 'yes';
  if (decision === 'not_decided_yet') return ended !== -1 && step < ended ? 'yes' : 'open';
  // A reason that is newer than this page.
  if (ended === -1) return 'open';
  if (step === ended) return 'no';
  return step < ended ? 'yes' : 'skipped';
}
