import { open, readFile } from 'node:fs/promises';
import type { Erasure } from '@fanfare/ledger';
import { erasedId, type IsErased } from '../erased.ts';
import { erasedFile, syncFolder } from './files.ts';

/** A complete line: one that was cut off by a crash is written again. */
const LINE = /^\{"id":"([0-9a-f]{64})","at":(\d+)\}$/gm;

/** Reads who was erased from an app; undefined if no user was. */
export async function readErased(folder: string, appId: string): Promise<IsErased | undefined> {
  const text = await readFile(erasedFile(folder), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  const erasedAt = new Map<string, number>();
  for (const [, id, at] of text.matchAll(LINE))
    erasedAt.set(id as string, Math.max(Number(at), erasedAt.get(id as string) ?? 0));
  if (erasedAt.size === 0) return undefined;
  return (uid, at) => at <= (erasedAt.get(erasedId(appId, uid)) ?? -1);
}

/** Adds users to the list, durably. */
export async function addErased(folder: string, appId: string, erasures: readonly Required<Erasure>[]): Promise<void> {
  // Begins with a line feed: the last line may have been cut off.
  const lines = erasures.map(({ uid, at }) => `\n${JSON.stringify({ id: erasedId(appId, uid), at })}\n`);
  const handle = await open(erasedFile(folder), 'a+');
  try {
    await handle.appendFile(lines.join(''));
    await handle.sync();
  } finally {
    await handle.close();
  }
  await syncFolder(folder);
}
