import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { cometChatLines } from './cometchat.ts';
import { csvLines } from './csv.ts';
import type { Format } from './formats.ts';

/** A file to import. */
export interface ImportFile {
  path: string;
  format: Format;
  /** The group whose members a list of CometChat's contains. */
  group?: string | undefined;
  /** The type of the lines of a CSV without such a column. */
  type?: string | undefined;
}

/** A file that is being read. */
export interface OpenFile {
  /** Its lines, read as they are taken. They throw an Error if it cannot be read or is not in this format. */
  lines: AsyncIterable<string>;
  /** How much of it has been read. */
  bytesRead(): number;
}

/** Reads a file from its start. */
export function openFile(file: ImportFile): OpenFile {
  const stream = createReadStream(file.path, 'utf8');
  return { lines: linesOf(stream, file), bytesRead: () => stream.bytesRead };
}

function linesOf(pieces: AsyncIterable<string>, { format, group, type }: ImportFile): AsyncIterable<string> {
  switch (format) {
    case 'ndjson':
      return textLines(pieces);
    case 'cometchat':
      return asJson(cometChatLines(pieces, { guid: group }));
    case 'csv':
      return asJson(csvLines(pieces, { type }));
  }
}

async function* asJson(lines: AsyncIterable<object>): AsyncGenerator<string> {
  for await (const line of lines) yield JSON.stringify(line);
}

async function* textLines(pieces: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = '';
  for await (const piece of pieces) {
    const lines = (rest + piece).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  if (rest !== '') yield rest;
}

/** An id for importing this file as it is now, so that the same command continues an import that broke off. */
export async function idOf({ path, format, group = '', type = '' }: ImportFile): Promise<string> {
  const { size, mtimeMs } = await stat(path);
  const parts = [resolve(path), size, mtimeMs, format, group, type];
  return createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 16);
}
