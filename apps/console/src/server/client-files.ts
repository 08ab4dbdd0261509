import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

/** A file of the client as it is served. */
export interface ClientFile {
  type: string;
  body: Buffer;
  /** Compressed, if that makes it smaller. */
  gzipped: Buffer | undefined;
}

/** The client as Vite has built it. */
export interface Client {
  /** The page that all paths of the client answer with. */
  page: ClientFile;
  /** What it loads, by path. In the folder `assets` the names contain a hash of the content. */
  assets: ReadonlyMap<string, ClientFile>;
}

const FOLDER = fileURLToPath(new URL('../../dist/client/', import.meta.url));
const PAGE = 'index.html';
const TYPES: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

/** Reads the built client; undefined if it has not been built. */
export async function loadClient(folder = FOLDER): Promise<Client | undefined> {
  if (!existsSync(join(folder, PAGE))) return undefined;
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  const served = paths.filter((path) => extname(path) in TYPES);
  const files = new Map(
    await Promise.all(
      served.map(async (path) => [path.slice(folder.length).split(sep).join('/'), await load(path)] as const),
    ),
  );
  const { [PAGE]: page, ...assets } = Object.fromEntries(files);
  return page && { page, assets: new Map(Object.entries(assets)) };
}

async function load(path: string): Promise<ClientFile> {
  const body = await readFile(path);
  const gzipped = await promisify(gzip)(body, { level: 9 });
  return {
    type: TYPES[extname(path)] as string,
    body,
    gzipped: gzipped.length < body.length ? gzipped : undefined,
  };
}
