import { stat } from 'node:fs/promises';
import { FanfareClientError, FanfareServer, type ImportProgress } from '@fanfare/client';
import type { Screen } from '../operator/operator.ts';
import type { Output } from '../output.ts';
import { ImportBar } from './import-bar.ts';
import { type ImportFile, idOf, type OpenFile, openFile } from './read-file.ts';

/** `fanfare import`: what, where to, and how. */
export interface ImportCommand extends ImportFile {
  url: string;
  apiKey: string;
  /** Id of the import; by default one of the file. */
  id?: string | undefined;
  dryRun: boolean;
  /** Only prints the lines. */
  print: boolean;
  /** Prints the result as the API answers it. */
  json: boolean;
}

/** How often the progress is drawn on a terminal, ms. */
const DRAW_EVERY_MS = 500;

/** Rejected lines that are printed. */
const SHOWN = 20;

/**
 * Runs `fanfare import`, with a progress bar on a terminal; the exit code: 1 if lines were rejected, 2 if the file was
 * not imported.
 */
export async function runImport(
  command: ImportCommand,
  { out, error }: Output,
  screen?: Screen | undefined,
): Promise<number> {
  try {
    if (command.print) {
      for await (const line of openFile(command).lines) out(line);
      return 0;
    }
    const progress = await send(command, command.json ? undefined : screen);
    const { id, rejected, problems } = progress;
    if (command.json) out(JSON.stringify(progress));
    else {
      out(summary(progress));
      for (const { line, problem } of problems.slice(0, SHOWN)) error(`line ${line}: ${problem}`);
      if (rejected > SHOWN) error(`… and ${rejected - SHOWN} more: GET /v3/import/${id}`);
    }
    return rejected === 0 ? 0 : 1;
  } catch (thrown) {
    error(`fanfare: ${reasonOf(thrown)}`);
    return 2;
  }
}

async function send(command: ImportCommand, screen: Screen | undefined): Promise<ImportProgress> {
  const { url, apiKey, dryRun } = command;
  const id = command.id ?? (await idOf(command));
  const fanfare = new FanfareServer({ url, apiKey });
  let file: OpenFile | undefined;
  /** An error of the file itself, which the client can only report as a broken request. */
  let ofFile: unknown;
  const lines = async function* () {
    try {
      file = openFile(command);
      yield* file.lines;
    } catch (thrown) {
      ofFile = thrown;
      throw thrown;
    }
  };
  const written = async () => (await fanfare.importProgress(id).catch(() => undefined))?.offset ?? 0;
  const bar = screen && (await startBar(screen, command.path, { written, read: () => file?.bytesRead() ?? 0 }));
  try {
    return await fanfare.importLines(
      () => {
        if (ofFile !== undefined) throw ofFile;
        return lines();
      },
      { id, dryRun, resume: true },
    );
  } catch (thrown) {
    throw ofFile ?? thrown;
  } finally {
    bar?.stop();
  }
}

/** Draws a bar now and then, until it is stopped. */
async function startBar(
  screen: Screen,
  path: string,
  { written, read }: { written(): Promise<number>; read(): number },
): Promise<{ stop(): void }> {
  const bar = new ImportBar(screen, (await stat(path)).size);
  let isStopped = false;
  const draw = (lines: number) => bar.draw({ at: Date.now(), bytes: read(), lines });
  const timer = setInterval(async () => {
    const lines = await written();
    if (!isStopped) draw(lines);
  }, DRAW_EVERY_MS);
  draw(0);
  return {
    stop() {
      isStopped = true;
      clearInterval(timer);
      bar.clear();
    },
  };
}

function summary({ id, dryRun, imported, rejected }: ImportProgress): string {
  const counts = Object.entries(imported).filter(([, count]) => count > 0);
  const parts = counts.map(([type, count]) => `${count.toLocaleString('en')} ${type}`);
  const done = dryRun ? 'valid' : 'imported';
  return `${done}: ${parts.join(', ') || 'nothing'}; rejected: ${rejected.toLocaleString('en')} (import ${id})`;
}

const reasonOf = (thrown: unknown): string =>
  thrown instanceof FanfareClientError ? `${thrown.code}: ${thrown.message}` : (thrown as Error).message;
