import { isCall, isMessage, isReaction, type NotifyingEvent } from '../event/event.ts';
import type { AppSettings } from '../preferences/settings.ts';
import { tagOf } from './render.ts';

/** How a notification arrives on a device, apart from its content. */
export interface Presentation {
  /**
   * What it replaces on the device: its kind and tag. The kind keeps message 58 and reaction 58 apart. Starts with
   * letters and "-"; the tag may contain any character.
   */
  collapseKey: string;
  /**
   * File name of a sound in the client app, or "default"; undefined: it replaces a notification without sound, banner
   * or urgency (docs/rules/decision.md#sounds).
   */
  sound: string | undefined;
}

const SILENT: ReadonlySet<NotifyingEvent['type']> = new Set(['message.edited', 'message.deleted', 'reaction.removed']);

/**
 * Only an incoming call rings: a missed call sounds like any other notification. Changes and retractions are silent.
 */
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
