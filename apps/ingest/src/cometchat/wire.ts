import { EpochMs, PictureUrl, Uid } from '@fanfare/core';
import { z } from 'zod';

/**
 * The fields of CometChat's bodies, read tolerantly: numbers serve as ids, unknown fields are passed over, and what is
 * optional and wrong counts as absent. What is needed and wrong is an error that names it.
 */

/** An optional field: absent where it is missing, null or wrong. */
export const tolerant = <S extends z.ZodType>(schema: S) => schema.optional().catch(undefined);

const numberAsText = (value: unknown): unknown => (typeof value === 'number' ? String(value) : value);

/** A uid or guid, needed. */
export const WireUid = z.preprocess(numberAsText, Uid);

/** An id of a message, reaction, call or session, needed. */
export const WireId = z.preprocess(numberAsText, z.string().min(1).max(256));

/** An optional id; the SDKs write 0 for none. */
export const MaybeId = tolerant(WireId.transform((id) => (id === '0' ? undefined : id)));

/** At most `max` UTF-16 units, never half a character. */
const cut = (text: string, max: number): string =>
  text.length <= max ? text : text.slice(0, max).replace(/[\uD800-\uDBFF]$/, '');

/** An optional text that is not empty, cut at `max`. */
export const maybeText = (max: number) =>
  tolerant(
    z
      .string()
      .min(1)
      .transform((text) => cut(text, max)),
  );

const MaybeName = maybeText(255);
const MaybePicture = tolerant(PictureUrl);

/** What distinguishes two bodies that are otherwise alike; never shown. */
const Mark = tolerant(z.union([z.string().max(256), z.number()]));

/** A time in epoch ms, or nothing. CometChat writes seconds, in places milliseconds; 1e11 s is in the year 5138. */
export const WireTime = z
  .unknown()
  .transform((value) => {
    const time = typeof value === 'string' && value !== '' ? Number(value) : value;
    if (typeof time !== 'number') return undefined;
    return EpochMs.safeParse(Math.floor(time >= 1e11 ? time : time * 1000)).data;
  })
  .optional();

/** What a body says about a person or a group. */
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

/** A person who is needed: `{uid, name, avatar}`. */
export const WireUser = z.object({ uid: WireUid, name: MaybeName, avatar: MaybePicture, lastActiveAt: Mark });

/** A group that is needed: `{guid, name, icon}`. */
export const WireGroup = z.object({
  guid: WireUid,
  name: MaybeName,
  icon: MaybePicture,
  membersCount: Mark,
  updatedAt: Mark,
});

/** One of a map of users, without its key. */
export const WireMember = z.object({
  name: MaybeName,
  avatar: MaybePicture,
  scope: maybeText(50),
  oldScope: maybeText(50),
  lastActiveAt: Mark,
});

/** From whom to whom: what messages, actions on them and calls share. */
export const ADDRESSING = { sender: WireUid, receiver: WireUid, receiverType: z.enum(['user', 'group']) };
export interface Addressing {
  sender: string;
  receiver: string;
  receiverType: 'user' | 'group';
}
