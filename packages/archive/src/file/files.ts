import { open, readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';

/** One file of an app's archive. */
export interface Segment {
  path: string;
  /** The UTC day on which its events were received. */
  day: string;
  /** Of a closed one: when its first and last events were received, epoch ms. One being written has no range. */
  range?: { from: number; to: number };
}

/** The folder of an app. Ids of apps may contain what a file name may not. */
export const folderOf = (root: string, appId: string): string => join(root, `app-${encodeURIComponent(appId)}`);

/** The list of erased users of an app. */
export const erasedFile = (folder: string): string => join(folder, 'erased.ndjson');

/** The name of a file being written: `writer` is different for every process and file. */
export const openName = (day: string, writer: string): string => `${day}.${writer}.ndjson.part`;

const OPEN = /^(\d{4}-\d\d-\d\d)\.([0-9-]+)\.ndjson\.part$/;
const CLOSED = /^(\d{4}-\d\d-\d\d)\.(\d+)-(\d+)\.[0-9-]+\.ndjson$/;

/** The name under which a file is closed: readers find out from it whether they need to read the file. */
export function closedName(path: string, { from, to }: { from: number; to: number }): string {
  const [, day, writer] = OPEN.exec(path.slice(path.lastIndexOf('/') + 1)) ?? [];
  return join(path, '..', `${day}.${from}-${to}.${writer}.ndjson`);
}

/** The files of an app, in no order; none if the app has no folder. */
export async function segmentsIn(folder: string): Promise<Segment[]> {
  const names = (await readdir(folder).catch(ifMissing)) ?? [];
  return names.flatMap((name): Segment[] => {
    const path = join(folder, name);
    const closed = CLOSED.exec(name);
    if (closed) {
      return [{ path, day: closed[1] as string, range: { from: Number(closed[2]), to: Number(closed[3]) } }];
    }
    const open = OPEN.exec(name);
    return open ? [{ path, day: open[1] as string }] : [];
  });
}

/** Undefined for what is not there. @throws any other error. */
export function ifMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
  return undefined;
}

/** Makes the names in a folder durable. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** The ending of a file that has not got its name yet. */
export const DRAFT = '.tmp';

/** Writes a file and gives it its name at once: readers see all of it, or the file that had the name before. */
export async function replaceFile(path: string, content: AsyncIterable<string>): Promise<void> {
  const draft = `${path}${DRAFT}`;
  const handle = await open(draft, 'w');
  try {
    for await (const piece of content) await handle.appendFile(piece);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(draft, path);
  await syncFolder(join(path, '..'));
}
