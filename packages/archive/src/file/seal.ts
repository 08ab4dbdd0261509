import { type FileHandle, open, rename, stat, unlink, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import type { ArchivedRow } from '../archived.ts';
import { eraseFrom, eraseRows, type IsErased } from '../erased.ts';
import { closedName, replaceFile, syncFolder } from './files.ts';
import { decodeRows, encodeLine, eventsIn, type Place, type StoredEvent } from './lines.ts';

/**
 * Closes a file that is no longer written, under a name with the range of its events; a file without a complete event
 * is removed. What was cut off by a crash is left out, and so are users who were erased after it was written; without
 * either it is renamed, not written anew.
 */
export async function seal(path: string, isErased?: IsErased): Promise<void> {
  const range = { from: Number.POSITIVE_INFINITY, to: 0 };
  let end = 0;
  for await (const { event, place } of eventsIn(path)) {
    range.from = Math.min(range.from, event.at);
    range.to = Math.max(range.to, event.at);
    end = place.offset + place.length;
  }
  if (end === 0) return unlink(path);
  const closed = closedName(path, range);
  if (!isErased && end === (await stat(path)).size) {
    await sync(path);
    await rename(path, closed);
    return syncFolder(join(path, '..'));
  }
  await replaceFile(closed, linesWithout(path, isErased ?? (() => false)));
  await unlink(path);
}

/** Erases users from a closed file, which is written anew if it names any of them; its time shows that it was done. */
export async function eraseInFile(path: string, isErased: IsErased): Promise<void> {
  let isNamed = false;
  await withFile(path, async (file) => {
    for await (const stored of eventsIn(path)) isNamed ||= await names(file, stored, isErased);
  });
  if (isNamed) await replaceFile(path, linesWithout(path, isErased));
  else await utimes(path, new Date(), new Date());
}

async function names(file: FileHandle, { event, slices }: StoredEvent, isErased: IsErased): Promise<boolean> {
  if (eraseFrom(event, isErased) !== event) return true;
  for (const [slice, place] of slices) {
    const rows = await rowsAt(file, place, { key: event.key, slice });
    if (rows && eraseRows(rows, event.at, isErased) !== rows) return true;
  }
  return false;
}

async function* linesWithout(path: string, isErased: IsErased): AsyncGenerator<string> {
  const file = await open(path, 'r');
  try {
    for await (const { event, slices } of eventsIn(path)) {
      const { appId, key, at } = event;
      for (const [slice, place] of slices) {
        const rows = eraseRows((await rowsAt(file, place, { key, slice })) ?? [], at, isErased);
        if (rows.length > 0) yield encodeLine({ kind: 'slice', slice: { appId, key, at, slice, rows } });
      }
      yield encodeLine({ kind: 'event', event: eraseFrom(event, isErased) });
    }
  } finally {
    await file.close();
  }
}

/** The rows of a slice at a place of a file; undefined if something else is there. */
export async function rowsAt(
  file: FileHandle,
  { offset, length }: Place,
  { key, slice }: { key: string; slice: number },
): Promise<readonly ArchivedRow[] | undefined> {
  const bytes = Buffer.alloc(length - 1);
  const { bytesRead } = await file.read(bytes, 0, bytes.length, offset);
  return bytesRead < bytes.length ? undefined : decodeRows(bytes, key, slice);
}

const sync = (path: string): Promise<void> => withFile(path, (file) => file.sync());

async function withFile(path: string, use: (file: FileHandle) => Promise<void>): Promise<void> {
  const file = await open(path, 'r');
  try {
    await use(file);
  } finally {
    await file.close();
  }
}
