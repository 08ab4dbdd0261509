import { randomUUID } from 'node:crypto';
import type { Conversation, FanfareEvent } from '@fanfare/client';
import type { Operator } from '../operator/operator.ts';
import { readText } from '../operator/text-input.ts';
import { UsageError } from '../usage-error.ts';
import type { EventFlags } from './event-flags.ts';

/**
 * The events in a file or what is piped in (`-`): one, an array, or one a line. Without a file, the one that the
 * options describe. They are checked by the API. @throws UsageError if there are none.
 */
export async function eventsOf(
  operator: Operator,
  file: string | undefined,
  flags: EventFlags,
): Promise<FanfareEvent[]> {
  if (file === undefined) return [described(flags, operator.now())];
  const events = parsed(await readText(operator, 'file', file));
  if (events.length === 0) throw new UsageError('file: contains no event');
  return events;
}

function parsed(text: string): FanfareEvent[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  try {
    const whole: unknown = JSON.parse(text);
    return (Array.isArray(whole) ? whole : [whole]) as FanfareEvent[];
  } catch (error) {
    try {
      return lines.map((line) => JSON.parse(line) as FanfareEvent);
    } catch {
      throw new UsageError(`file: is not JSON: ${(error as Error).message}`);
    }
  }
}

function described({ from, to, group, text, call, id }: EventFlags, now: number): FanfareEvent {
  if (from === undefined) throw new UsageError('give a file with events, "-" to read them, or --from');
  if ((to === undefined) === (group === undefined)) throw new UsageError('give either --to or --group');
  if ((text === undefined) === (call === undefined)) throw new UsageError('give either --text or --call');
  const conversation: Conversation =
    group === undefined ? { type: 'user', id: to as string } : { type: 'group', id: group };
  const base = { id: id ?? `cli-${randomUUID()}`, sentAt: now, sender: { uid: from }, conversation };
  if (call === undefined) return { ...base, type: 'message.sent', message: { id: randomUUID(), text } };
  if (call !== 'audio' && call !== 'video') throw new UsageError(`--call: expected audio or video, got "${call}"`);
  return { ...base, type: 'call.initiated', call: { id: randomUUID(), sessionId: randomUUID(), type: call } };
}
