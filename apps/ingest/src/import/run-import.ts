import type { Readable } from 'node:stream';
import { FanfareError } from '@fanfare/core';
import type { OverloadGuard } from '../accept/overload.ts';
import { longTurn } from '../accept/turn.ts';
import type { IngestDeps } from '../deps.ts';
import { lineParts } from '../http/ndjson.ts';
import { type ImportLine, readImportLine } from './import-line.ts';
import {
  type BadLine,
  type ImportProgress,
  type ImportRun,
  MAX_BAD_LINES,
  saveImport,
  takeImport,
} from './import-record.ts';
import { type NumberedLine, writeLines } from './write-lines.ts';

/** Lines written together; more take more memory and are no faster. */
const LINES_PER_WRITE = 250;

/** Where an import starts, and whether it writes. */
export interface ImportOptions {
  dryRun: boolean;
  /** Lines that were sent before; the first line of this stream is the next one. */
  offset: number;
}

/**
 * Takes over an import and returns where it starts: at the beginning, or where it has come to.
 * @throws FanfareError `ERR_IMPORT_NOT_FOUND` to continue an unknown one, `ERR_BAD_REQUEST` from anywhere else.
 */
export async function beginImport(
  { registry, now }: IngestDeps,
  run: ImportRun,
  { dryRun, offset }: ImportOptions,
): Promise<ImportProgress> {
  const before = await takeImport(registry, run);
  if (offset === 0) return start(run.id, dryRun, now());
  if (!before) throw new FanfareError('ERR_IMPORT_NOT_FOUND', `id: there is no import "${run.id}" to continue`);
  if (before.offset !== offset) {
    const message = `offset: continue the import at ${before.offset}, or start again at 0`;
    throw new FanfareError('ERR_BAD_REQUEST', message);
  }
  if (before.dryRun !== dryRun) throw new FanfareError('ERR_BAD_REQUEST', `dryRun: the import began with ${!dryRun}`);
  return { ...before, state: 'running' };
}

/**
 * Reads and writes a stream of lines, 250 at a time. While some are written, the next are read and checked,
 * and no more. The stored progress is never ahead of what is written.
 * @throws FanfareError `ERR_IMPORT_TAKEN_OVER`, or what ended the stream; the import can be continued then.
 */
export async function runImport(
  deps: IngestDeps,
  guard: Pick<OverloadGuard, 'checkGrowth'>,
  run: ImportRun,
  begun: ImportProgress,
  stream: Readable,
): Promise<ImportProgress> {
  let progress = begun;
  const save = async (changes: Partial<ImportProgress>) => {
    progress = { ...progress, ...changes, updatedAt: deps.now() };
    if (await saveImport(deps.registry, run, progress)) return;
    throw new FanfareError('ERR_IMPORT_TAKEN_OVER', 'id: another request has continued this import');
  };
  const write = async (read: ReadLines) => {
    await guard.checkGrowth();
    const refused = progress.dryRun ? [] : await writeLines(deps, run.appId, read.good);
    await save(progressAfter(progress, read, refused));
  };
  await save({});
  let written = Promise.resolve();
  try {
    let { offset } = begun;
    for await (const texts of inWrites(stream)) {
      const read = await readLines(texts, offset);
      offset += texts.length;
      await written;
      written = write(read);
      // Thrown when it is awaited.
      written.catch(() => undefined);
    }
    await written;
  } catch (error) {
    await written.catch(() => undefined);
    await save({ state: 'stopped' }).catch(() => undefined);
    throw error;
  }
  await save({ state: 'done' });
  return progress;
}

/** Lines after they were read: how many, those that are valid in themselves, and the others. */
interface ReadLines {
  count: number;
  good: NumberedLine[];
  bad: BadLine[];
}

/** Reads lines that follow `offset` others; empty ones only count. */
async function readLines(texts: readonly string[], offset: number): Promise<ReadLines> {
  const turn = await longTurn();
  const read = await turn.each(texts, (text) => (text.trim() === '' ? undefined : readImportLine(text)));
  const good: NumberedLine[] = [];
  const bad: BadLine[] = [];
  let number = offset;
  for (const line of read) {
    number += 1;
    if (typeof line === 'string') bad.push({ line: number, problem: line });
    else if (line) good.push({ number, line });
  }
  return { count: texts.length, good, bad };
}

/** The progress after these lines, of which the app did not allow some. */
function progressAfter(
  { offset, imported, rejected, problems }: ImportProgress,
  { count, good, bad }: ReadLines,
  refused: readonly BadLine[],
): Partial<ImportProgress> {
  const notWritten = new Set(refused.map(({ line }) => line));
  const counts = { ...imported };
  for (const { number, line } of good) if (!notWritten.has(number)) counts[line.type]++;
  const all = [...bad, ...refused].sort((a, b) => a.line - b.line);
  return {
    offset: offset + count,
    imported: counts,
    rejected: rejected + all.length,
    problems: [...problems, ...all].slice(0, MAX_BAD_LINES),
  };
}

async function* inWrites(stream: Readable): AsyncGenerator<string[]> {
  let lines: string[] = [];
  for await (const part of lineParts(stream)) {
    lines.push(...part);
    while (lines.length >= LINES_PER_WRITE) {
      yield lines.slice(0, LINES_PER_WRITE);
      lines = lines.slice(LINES_PER_WRITE);
    }
  }
  if (lines.length > 0) yield lines;
}

const NONE: Record<ImportLine['type'], number> = {
  user: 0,
  token: 0,
  preferences: 0,
  mute: 0,
  group: 0,
  member: 0,
};

const start = (id: string, dryRun: boolean, now: number): ImportProgress => ({
  id,
  state: 'running',
  dryRun,
  offset: 0,
  imported: NONE,
  rejected: 0,
  problems: [],
  updatedAt: now,
});
