import { mkdir, open, readdir, rm, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Erasure } from '@fanfare/ledger';
import { type ArchivePart, dayOf } from '../archived.ts';
import { eraseFrom, eraseRows, type IsErased } from '../erased.ts';
import type { ArchiveSink } from '../sink.ts';
import { DRAFT, erasedFile, folderOf, openName, segmentsIn, syncFolder } from './files.ts';
import { encodeLine } from './lines.ts';
import { eraseInFile, seal } from './seal.ts';
import { addErased, readErased } from './tombstones.ts';

/** The size from which a file is closed, in bytes: a reader may have to read all of it for a page. */
const FULL_BYTES = 8 * 1024 * 1024;

export interface FileSinkOptions {
  folder: string;
  /** Different for every sink that was ever opened on the folder: digits and dashes. */
  writer: string;
  fullBytes?: number;
}

/** A file being written. */
interface OpenFile {
  path: string;
  day: string;
  appId: string;
  bytes: number;
}

/**
 * Writes NDJSON files: a folder per app, and files per day of receipt that are closed when they are full or their day
 * is over. Takes over the files of earlier writers.
 */
export async function openFileSink(options: FileSinkOptions): Promise<ArchiveSink> {
  await mkdir(options.folder, { recursive: true });
  const sink = new FileSink(options);
  await sink.takeOver();
  return sink;
}

class FileSink implements ArchiveSink {
  readonly #options: FileSinkOptions;
  readonly #open = new Map<string, OpenFile>();
  readonly #erased = new Map<string, Promise<IsErased | undefined>>();
  /** Apps with files from which users may have to be erased. */
  readonly #toErase = new Set<string>();
  #files = 0;

  constructor(options: FileSinkOptions) {
    this.#options = options;
  }

  /** Closes what earlier writers left open. */
  async takeOver(): Promise<void> {
    for (const name of await readdir(this.#options.folder)) {
      if (!name.startsWith('app-')) continue;
      const appId = decodeURIComponent(name.slice('app-'.length));
      const folder = folderOf(this.#options.folder, appId);
      for (const file of await readdir(folder)) if (file.endsWith(DRAFT)) await unlink(join(folder, file));
      for (const { path, range } of await segmentsIn(folder)) if (!range) await seal(path, await this.#isErased(appId));
      if (await this.#isErased(appId)) this.#toErase.add(appId);
    }
  }

  async write(parts: readonly ArchivePart[]): Promise<void> {
    const groups = new Map<string, { appId: string; day: string; parts: ArchivePart[] }>();
    for (const part of parts) {
      const { appId, at } = part.kind === 'event' ? part.event : part.slice;
      const day = dayOf(at);
      const group = groups.get(`${day} ${appId}`) ?? { appId, day, parts: [] };
      group.parts.push(part);
      groups.set(`${day} ${appId}`, group);
    }
    for (const [name, group] of groups) await this.#append(name, group);
  }

  async #append(name: string, { appId, day, parts }: { appId: string; day: string; parts: ArchivePart[] }) {
    const file = this.#open.get(name) ?? (await this.#create(appId, day));
    // A file that could not be written to its end is left to the next writer.
    this.#open.delete(name);
    const isErased = await this.#isErased(appId);
    const text = parts.map((part) => encodeLine(isErased ? withoutErased(part, isErased) : part)).join('');
    const handle = await open(file.path, 'a');
    try {
      await handle.appendFile(text);
      await handle.datasync();
    } finally {
      await handle.close();
    }
    file.bytes += Buffer.byteLength(text);
    const isFull = file.bytes >= (this.#options.fullBytes ?? FULL_BYTES);
    // The slices of an event stay in one file with it.
    if (isFull && parts.at(-1)?.kind === 'event') await seal(file.path);
    else this.#open.set(name, file);
  }

  async #create(appId: string, day: string): Promise<OpenFile> {
    const folder = folderOf(this.#options.folder, appId);
    if (await mkdir(folder, { recursive: true })) await syncFolder(this.#options.folder);
    const path = join(folder, openName(day, `${this.#options.writer}-${this.#files++}`));
    await (await open(path, 'wx')).close();
    await syncFolder(folder);
    return { path, day, appId, bytes: 0 };
  }

  async erase(erasures: readonly Erasure[]): Promise<void> {
    for (const { appId, uid, at } of erasures) {
      const folder = folderOf(this.#options.folder, appId);
      if (uid === undefined) {
        for (const [name, file] of this.#open) if (file.appId === appId) this.#open.delete(name);
        await rm(folder, { recursive: true, force: true });
        await syncFolder(this.#options.folder);
        this.#toErase.delete(appId);
      } else {
        await mkdir(folder, { recursive: true });
        await addErased(folder, appId, [{ appId, uid, at }]);
        this.#toErase.add(appId);
      }
      this.#erased.delete(appId);
      // What is open leaves the disk at once; closed files follow one by one (`tidy`).
      for (const [name, file] of this.#open) {
        if (file.appId !== appId) continue;
        this.#open.delete(name);
        await seal(file.path, await this.#isErased(appId));
      }
    }
  }

  /** Closes a file of a day that is over, or erases users from a closed one. */
  async tidy(now: number): Promise<boolean> {
    for (const [name, file] of this.#open) {
      if (file.day >= dayOf(now)) continue;
      this.#open.delete(name);
      await seal(file.path);
      return true;
    }
    for (const appId of this.#toErase) {
      if (await this.#eraseInOne(appId)) return true;
      this.#toErase.delete(appId);
    }
    return false;
  }

  /** Erases users from the next file of an app that was last written before they were; false if there is none. */
  async #eraseInOne(appId: string): Promise<boolean> {
    const folder = folderOf(this.#options.folder, appId);
    const isErased = await this.#isErased(appId);
    if (!isErased) return false;
    const since = (await stat(erasedFile(folder))).mtimeMs;
    for (const { path, range } of await segmentsIn(folder)) {
      if (!range || (await stat(path)).mtimeMs > since) continue;
      await eraseInFile(path, isErased);
      return true;
    }
    return false;
  }

  /** Leaves open files to the next writer, which may be this process. */
  async close(): Promise<void> {
    this.#open.clear();
  }

  #isErased(appId: string): Promise<IsErased | undefined> {
    const known = this.#erased.get(appId) ?? readErased(folderOf(this.#options.folder, appId), appId);
    this.#erased.set(appId, known);
    return known;
  }
}

function withoutErased(part: ArchivePart, isErased: IsErased): ArchivePart {
  if (part.kind === 'event') return { kind: 'event', event: eraseFrom(part.event, isErased) };
  const rows = eraseRows(part.slice.rows, part.slice.at, isErased);
  return { kind: 'slice', slice: { ...part.slice, rows } };
}
