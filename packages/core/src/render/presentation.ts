import { isCall, isMessage, isReaction, type NotifyingEvent } from '../event/event.ts';
import type { AppSettings } from '../preferences/settings.ts';
import { tagOf } from './render.ts';

/** How a notification arrives on a device, besides what it says. */
export interface Presentation {
  /**
   * What it replaces there: the kind of thing it is about, and its tag. The kind keeps message 58 and reaction 58 apart.
   * Begins with letters and "-"; the tag may hold anything.
   */
  collapseKey: string;
  /**
   * File name of a sound of the client app, or "default"; undefined: it replaces what is shown without sound, banner or
   * hurry (docs/rules/decision.md#sounds).
   */
  sound: string | undefined;
}

const SILENT: ReadonlySet<NotifyingEvent['type']> = new Set(['message.edited', 'message.deleted', 'reaction.removed']);

/** Only a ring rings: a missed call sounds like any other news. What changes or takes back another event is silent. */
export const presentationOf = (event: NotifyingEvent, { sound }: Pick<AppSettings, 'sound'>): Presentation => ({
  collapseKey: `${kindOf(event)}-${tagOf(event)}`,
  sound: soundOf(event, sound),
});

function soundOf({ type }: NotifyingEvent, sound: AppSettings['sound']): string | undefined {
  if (SILENT.has(type)) return undefined;
  return type === 'call.initiated' ? sound.call : sound.chat;
}

function kindOf(event: NotifyingEvent): 'message' | 'reaction' | 'call' | 'group' {
  if (isMessage(event)) return 'message';
  if (isReaction(event)) return 'reaction';
  return isCall(event) ? 'call' : 'group';
}
