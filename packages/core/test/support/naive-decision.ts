import type { Decision, DecisionContext, DecisionSubject, NotifyingEvent, Schedule } from '../../src/index.ts';
import { naivelyClosed } from './naive-schedule.ts';

type Loose = Record<string, Record<string, unknown> | undefined>;

/** A second implementation of docs/rules/decision.md#order, step by step and without any care for speed. */
export function naiveDecision(event: NotifyingEvent, context: DecisionContext, recipient: DecisionSubject): Decision {
  const { settings, now } = context;
  const app = settings.preferences;
  if (!context.pushEnabled) return { send: false, reason: 'PUSH_DISABLED' };
  if (context.groupTooLarge) return { send: false, reason: 'GROUP_TOO_LARGE' };

  const step5 = naiveEventPreference(event, context, recipient);
  if (step5) return step5;

  if (['message.edited', 'message.deleted', 'reaction.removed'].includes(event.type)) return { send: true };
  if (app.bypassPreferencesForMentions && mentionsPerson(event, recipient.uid)) return { send: true };
  if (app.bypassPreferencesForAllMention && mentionsAll(event)) return { send: true };

  const call = event.type.startsWith('call.');
  // docs/rules/decision.md#calls: devices that were already rung get the new state.
  if (call && event.type !== 'call.initiated' && recipient.rang) return { send: true };
  const own = recipient.preferences?.mutePreferences;
  const dnd = app.mute.dndPreferenceOverride
    ? (own?.dnd ?? app.mute.dndPreferenceSetting)
    : app.mute.dndPreferenceSetting;
  if (dnd === 2 && !(call && app.call.ignoreDnd)) return { send: false, reason: 'DND_PREFERENCE' };

  const until = recipient.mutedUntil;
  const group = event.conversation.type === 'group';
  const mayMute = group ? app.mute.mutedGroupsOverride : app.mute.mutedOneOnOnesOverride;
  if (mayMute && !(call && app.call.ignoreMute)) {
    if (until === null) return { send: false, reason: 'MUTE_PREFERENCE', detail: 'forever' };
    if (until !== undefined && until > now) return { send: false, reason: 'MUTE_PREFERENCE', detail: `${until}` };
  }

  const zone = [recipient.timezone, settings.timezone, 'UTC'].find(
    (name) => name !== undefined && isZone(name),
  ) as string;
  const closed = naivelyClosed(naiveWeek(context, recipient), zone, now);
  if (closed && !(call && app.call.ignoreSchedule))
    return { send: false, reason: 'SCHEDULE_PREFERENCE', detail: closed };
  return { send: true };
}

function naiveEventPreference(event: NotifyingEvent, { settings }: DecisionContext, recipient: DecisionSubject) {
  const scope = event.conversation.type === 'group' ? 'group' : 'oneOnOne';
  const app = settings.preferences as unknown as Loose;
  const value = (name: string): number => {
    const key = scope + name.charAt(0).toUpperCase() + name.slice(1);
    const own = (recipient.preferences as Loose | undefined)?.[`${scope}Preferences`]?.[key];
    return (
      app[scope]?.[`${name}Override`] === true && own !== undefined ? own : app[scope]?.[`${name}Setting`]
    ) as number;
  };
  const answer = (reason: string, chosen: number, yes: boolean) =>
    yes ? undefined : ({ send: false, reason, detail: `${chosen}` } as Decision);
  const mentioned = mentionsPerson(event, recipient.uid) || mentionsAll(event);

  if (event.type === 'message.sent' && event.message.quotedMessageId !== undefined) {
    const v = value('quotedReplies');
    const mine = event.message.quotedSender === recipient.uid;
    return answer('QUOTED_REPLIES_PREFERENCE', v, v === 2 || (v === 3 && mentioned) || (v === 4 && mine));
  }
  if (event.type === 'message.sent' && event.message.parentId !== undefined) {
    const v = value('replies');
    return answer(
      'REPLIES_PREFERENCE',
      v,
      v === 2 || (v === 3 && mentioned) || (v === 4 && recipient.inThread === true),
    );
  }
  if (event.type === 'message.sent') {
    const v = value('messages');
    return answer('MESSAGES_PREFERENCE', v, v === 2 || (v === 3 && mentioned));
  }
  if (event.type === 'message.edited' || event.type === 'message.deleted') {
    const v = app[scope]?.[
      event.type === 'message.edited' ? 'messageEditedSetting' : 'messageDeletedSetting'
    ] as number;
    return answer('MESSAGE_ACTIONS_PREFERENCE', v, v === 2);
  }
  if (event.type === 'reaction.removed' && app[scope]?.reactionRemovedSetting === 1) {
    return answer('REACTION_REMOVED', 1, false);
  }
  if ('reaction' in event) {
    const v = value('reactions');
    const { messageSender } = event.reaction;
    const author = messageSender ?? (scope === 'oneOnOne' ? event.conversation.id : undefined);
    return answer('REACTIONS_PREFERENCE', v, v === 3 || (v === 2 && author === recipient.uid));
  }
  const [, action = ''] = event.type.split('.');
  if ('call' in event) {
    const v = app.call?.[`${action}Setting`] as number;
    return answer('CALL_PREFERENCE', v, v === 2);
  }
  const v = value(action.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase()));
  return answer('GROUP_ACTIONS_PREFERENCE', v, v === 2);
}

const mentionsPerson = (event: NotifyingEvent, uid: string): boolean =>
  event.type === 'message.sent' &&
  (event.message.mentions?.includes(uid) === true || event.message.text?.includes(`<@uid:${uid}>`) === true);

const mentionsAll = (event: NotifyingEvent): boolean =>
  event.type === 'message.sent' &&
  (event.message.mentionsAll === true || /<@all:[^>]+>/.test(event.message.text ?? ''));

function naiveWeek({ settings }: DecisionContext, { preferences }: DecisionSubject): Schedule {
  const { schedulePreferenceSetting, schedulePreferenceOverride } = settings.preferences.mute;
  const own = preferences?.mutePreferences?.schedule;
  if (!schedulePreferenceOverride || !own) return schedulePreferenceSetting;
  const days = Object.entries(schedulePreferenceSetting);
  return Object.fromEntries(
    days.map(([day, setting]) => [day, { ...setting, ...own[day as keyof Schedule] }]),
  ) as Schedule;
}

function isZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }) !== undefined;
  } catch {
    return false;
  }
}
