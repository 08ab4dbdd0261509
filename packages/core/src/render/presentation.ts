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
  /** File name of a sound of the client app, or "default" (docs/rules/decision.md#sounds). */
  sound: string;
}

/** Only a ring rings: a missed call sounds like any other news. */
export const presentationOf = (event: NotifyingEvent, { sound }: Pick<AppSettings, 'sound'>): Presentation => ({
  collapseKey: `${kindOf(event)}-${tagOf(event)}`,
  sound: event.type === 'call.initiated' ? sound.call : sound.chat,
});

function kindOf(event: NotifyingEvent): 'message' | 'reaction' | 'call' | 'group' {
  if (isMessage(event)) return 'message';
  if (isReaction(event)) return 'reaction';
  return isCall(event) ? 'call' : 'group';
}
