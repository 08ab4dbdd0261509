import { EpochMs, PictureUrl, Uid } from '@fanfare/core';
import { z } from 'zod';

/**
 * The fields of CometChat's bodies, read tolerantly: numbers are accepted as ids, unknown fields are ignored, and
 * invalid optional fields count as absent. An invalid required field is an error that names it.
 */

/** An optional field: absent if it is missing, null or invalid. */
export const tolerant = <S extends z.ZodType>(schema: S) => schema.optional().catch(undefined);

const numberAsText = (value: unknown): unknown => (typeof value === 'number' ? String(value) : value);

/** A required uid or guid. */
export const WireUid = z.preprocess(numberAsText, Uid);

/** The required id of a message, reaction, call or session. */
export const WireId = z.preprocess(numberAsText, z.string().min(1).max(256));

/** An optional id; the SDKs send 0 for none. */
export const MaybeId = tolerant(WireId.transform((id) => (id === '0' ? undefined : id)));

/** At most `max` UTF-16 units, never half a character. */
const cut = (text: string, max: number): string =>
  text.length <= max ? text : text.slice(0, max).replace(/[\uD800-\uDBFF]$/, '');

/** An optional non-empty text, cut at `max`. */
export const maybeText = (max: number) =>
  tolerant(
    z
      .string()
      .min(1)
      .transform((text) => cut(text, max)),
  );

const MaybeName = maybeText(255);
const MaybePicture = tolerant(PictureUrl);

/** A value that only distinguishes otherwise identical bodies; never shown. */
const Mark = tolerant(z.union([z.string().max(256), z.number()]));

/** An optional time in epoch ms. CometChat mostly sends seconds, sometimes milliseconds; 1e11 s is in the year 5138. */
export const WireTime = z
  .unknown()
  .transform((value) => {
    const time = typeof value === 'string' && value !== '' ? Number(value) : value;
    if (typeof time !== 'number') return undefined;
    return EpochMs.safeParse(Math.floor(time >= 1e11 ? time : time * 1000)).data;
  })
  .optional();

/** What a body says about a user or a group. */
export interface Profile {
  id?: string | undefined;
  name?: string | undefined;
  avatar?: string | undefined;
}

/** An optional `{entity: {uid | guid, name, avatar | icon}, entityType}`. */
export const Entity = tolerant(
  z
    .object({
      entity: z.object({
        uid: tolerant(WireUid),
        guid: tolerant(WireUid),
        name: MaybeName,
        avatar: MaybePicture,
        icon: MaybePicture,
      }),
    })
    .transform(
      ({ entity }): Profile => ({
        id: entity.guid ?? entity.uid,
        name: entity.name,
        avatar: entity.avatar ?? entity.icon,
      }),
    ),
);

/** A required user: `{uid, name, avatar}`. */
export const WireUser = z.object({ uid: WireUid, name: MaybeName, avatar: MaybePicture, lastActiveAt: Mark });

/** A required group: `{guid, name, icon}`. */
export const WireGroup = z.object({
  guid: WireUid,
  name: MaybeName,
  icon: MaybePicture,
  membersCount: Mark,
  updatedAt: Mark,
});

/** An entry of a map of users, without its key. */
export const WireMember = z.object({
  name: MaybeName,
  avatar: MaybePicture,
  scope: maybeText(50),
  oldScope: maybeText(50),
  lastActiveAt: Mark,
});

/** Sender and receiver, as in messages, actions on messages, and calls. */
export const ADDRESSING = { sender: WireUid, receiver: WireUid, receiverType: z.enum(['user', 'group']) };
export interface Addressing {
  sender: string;
  receiver: string;
  receiverType: 'user' | 'group';
}
