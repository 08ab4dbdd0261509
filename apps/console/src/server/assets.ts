import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';

/** A file that pages load. */
interface Asset {
  /** Its URL, which contains a version, so that it can be cached forever. */
  url: string;
  type: string;
  body: Buffer;
}

const FILES = {
  'style.css': { file: new URL('../../public/style.css', import.meta.url), type: 'text/css; charset=utf-8' },
  'queues.js': { file: new URL('../../public/queues.js', import.meta.url), type: 'text/javascript; charset=utf-8' },
  'logo.svg': { file: new URL('../../public/logo.svg', import.meta.url), type: 'image/svg+xml' },
};
type AssetName = keyof typeof FILES;

/** The files in the folder `public`, by name. */
export type Assets = Record<AssetName, Asset>;

/** Reads all files. */
export async function loadAssets(): Promise<Assets> {
  const names = Object.keys(FILES) as AssetName[];
  return Object.fromEntries(await Promise.all(names.map(async (name) => [name, await load(name)]))) as Assets;
}

async function load(name: AssetName): Promise<Asset> {
  const { file, type } = FILES[name];
  const body = await readFile(file);
  const version = createHash('sha256').update(body).digest('hex').slice(0, 8);
  return { url: `/assets/${name}?v=${version}`, type, body };
}
