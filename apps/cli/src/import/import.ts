import { FanfareClientError, FanfareServer, type ImportProgress } from '@fanfare/client';
import type { Output } from '../output.ts';
import { type ImportFile, idOf, linesOf } from './read-file.ts';

/** `fanfare import`: what, where to, and how. */
export interface ImportCommand extends ImportFile {
  url: string;
  apiKey: string;
  /** Id of the import; by default one of the file. */
  id?: string | undefined;
  dryRun: boolean;
  /** Only prints the lines. */
  print: boolean;
}

/** How often the progress is printed, ms. */
const EVERY_MS = 2000;

/** Rejected lines that are printed. */
const SHOWN = 20;

/** Runs `fanfare import`; the exit code: 1 if lines were rejected, 2 if the file was not imported. */
export async function runImport(command: ImportCommand, { out, error }: Output): Promise<number> {
  try {
    if (command.print) {
      for await (const line of linesOf(command)) out(line);
      return 0;
    }
    const progress = await send(command, out);
    out(summary(progress));
    for (const { line, problem } of progress.problems.slice(0, SHOWN)) error(`line ${line}: ${problem}`);
    if (progress.rejected > SHOWN) error(`… and ${progress.rejected - SHOWN} more: GET /v3/import/${progress.id}`);
    return progress.rejected === 0 ? 0 : 1;
  } catch (thrown) {
    error(`fanfare: ${reasonOf(thrown)}`);
    return 2;
  }
}

async function send(command: ImportCommand, out: (line: string) => void): Promise<ImportProgress> {
  const { url, apiKey, dryRun } = command;
  const id = command.id ?? (await idOf(command));
  const fanfare = new FanfareServer({ url, apiKey });
  const print = async () => {
    const progress = await fanfare.importProgress(id).catch(() => undefined);
    if (progress?.state === 'running') out(`${progress.offset.toLocaleString('en')} lines`);
  };
  const timer = setInterval(() => void print(), EVERY_MS);
  /** An error of the file itself, which the client can only report as a broken request. */
  let ofFile: unknown;
  const lines = async function* () {
    try {
      yield* linesOf(command);
    } catch (thrown) {
      ofFile = thrown;
      throw thrown;
    }
  };
  const importing = fanfare.importLines(
    () => {
      if (ofFile !== undefined) throw ofFile;
      return lines();
    },
    { id, dryRun, resume: true },
  );
  try {
    return await importing;
  } catch (thrown) {
    throw ofFile ?? thrown;
  } finally {
    clearInterval(timer);
  }
}

function summary({ id, dryRun, imported, rejected }: ImportProgress): string {
  const counts = Object.entries(imported).filter(([, count]) => count > 0);
  const parts = counts.map(([type, count]) => `${count.toLocaleString('en')} ${type}`);
  const done = dryRun ? 'valid' : 'imported';
  return `${done}: ${parts.join(', ') || 'nothing'}; rejected: ${rejected.toLocaleString('en')} (import ${id})`;
}

const reasonOf = (thrown: unknown): string =>
  thrown instanceof FanfareClientError ? `${thrown.code}: ${thrown.message}` : (thrown as Error).message;
