import { open, readFile, stat } from 'node:fs/promises';
import type { Erasure } from '@fanfare/ledger';
import { erasedId, type IsErased } from '../erased.ts';
import { erasedFile, ifMissing, syncFolder } from './files.ts';

/** A complete line: one that was cut off by a crash is written again. */
const LINE = /^\{"id":"([0-9a-f]{64})","at":(\d+)\}$/gm;

/** Reads who was erased from an app; undefined if no user was. */
export async function readErased(folder: string, appId: string): Promise<IsErased | undefined> {
  const text = (await readFile(erasedFile(folder), 'utf8').catch(ifMissing)) ?? '';
  const erasedAt = new Map<string, number>();
  for (const [, id, at] of text.matchAll(LINE))
    erasedAt.set(id as string, Math.max(Number(at), erasedAt.get(id as string) ?? 0));
  if (erasedAt.size === 0) return undefined;
  return (uid, at) => at <= (erasedAt.get(erasedId(appId, uid)) ?? -1);
}

/** Reads the lists of apps when they have changed: they only grow. */
export class ErasedLists {
  readonly #read = new Map<string, { bytes: number; list: Promise<IsErased | undefined> }>();

  /** Who was erased from an app; undefined if no user was. */
  async of(folder: string, appId: string): Promise<IsErased | undefined> {
    const bytes = (await stat(erasedFile(folder)).catch(ifMissing))?.size ?? 0;
    const known = this.#read.get(folder);
    if (known?.bytes === bytes) return known.list;
    const list = readErased(folder, appId);
    this.#read.set(folder, { bytes, list });
    list.catch(() => this.#read.delete(folder));
    return list;
  }
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
