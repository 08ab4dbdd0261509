import { type Platform, sessionTag } from '@fanfare/core';
import { type Device, letterOf, platformOf, sessionless } from './device-record.ts';

/**
 * The field of a user's hash with the index of their devices. Every user has it, and Redis keeps a small number in
 * fewer bytes than a name.
 */
export const DEVICE_INDEX = '0';

/** A device as fan-out needs it. */
export interface IndexedDevice {
  id: string;
  platform: Platform;
  /** Which credential; `default` is resolved when sending. */
  providerId: string;
  /** The tag of the session that registered it (`sessionTag`). */
  session: string;
}

/**
 * A device's entry in the index, about 20 bytes: the letter of the platform, the id, the tag of the session unless it
 * had none, and the credential unless it is `default`. Entries are separated by commas, the one idle longest first.
 */
export function indexEntry({ id, platform, providerId, session }: Device): string {
  const tag = session === sessionless(providerId) ? '' : encodeURIComponent(sessionTag(session));
  return `${letterOf(platform)}${id};${tag}${providerId === 'default' ? '' : `;${providerId}`}`;
}

/** Reads an index. */
export function devicesOfIndex(index: string): IndexedDevice[] {
  return index === '' ? NONE : index.split(',').map(deviceOfEntry);
}

const NONE: IndexedDevice[] = [];

function deviceOfEntry(entry: string): IndexedDevice {
  const afterId = entry.indexOf(';');
  const afterTag = entry.indexOf(';', afterId + 1);
  const tag = entry.slice(afterId + 1, afterTag === -1 ? undefined : afterTag);
  const providerId = afterTag === -1 ? 'default' : entry.slice(afterTag + 1);
  return {
    id: entry.slice(1, afterId),
    platform: platformOf(entry[0] as string),
    providerId,
    session: tag === '' ? sessionless(providerId) : decodeURIComponent(tag),
  };
}
