import { z } from 'zod';
import type { NotifyingEvent } from '../event/event.ts';
import { Uid } from '../event/fields.ts';

/** A conversation as a user mutes it: by the uid of the other user, or the guid of a group. It need not exist. */
export const MutableConversation = z.object({ id: Uid, type: z.enum(['oneOnOne', 'group']) });
export type MutableConversation = z.infer<typeof MutableConversation>;

/** A conversation that is muted until a moment (epoch ms), or forever. */
export interface Mute extends MutableConversation {
  until: number | null;
}

/** The conversation of an event, as its recipients would mute it. */
export const mutableConversation = ({ conversation, sender }: NotifyingEvent): MutableConversation =>
  conversation.type === 'group' ? { id: conversation.id, type: 'group' } : { id: sender.uid, type: 'oneOnOne' };
