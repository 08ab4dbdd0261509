import { FanfareClientError } from './errors.ts';
import type { Http } from './http.ts';
import { ndjsonBody } from './ndjson.ts';
import { mayWorkLater, type RetryOptions, waitMs, withRetries } from './retry.ts';

/** A line of an import: an object in the format of docs/import.md, or its JSON. */
export type ImportLine =
  | string
  | { type: 'user' | 'token' | 'preferences' | 'mute' | 'group' | 'member'; [field: string]: unknown };

/** Lines in memory or from a file or database. */
export type ImportLines = Iterable<ImportLine> | AsyncIterable<ImportLine>;

/** How an import runs. */
export interface ImportOptions {
  /** 1 to 64 letters, digits, `_` and `-`. */
  id: string;
  /** Only checks the lines; default false. */
  dryRun?: boolean | undefined;
  /** Continues an import with this id that was interrupted, if there is one; default false: starts again. */
  resume?: boolean | undefined;
}

/** How far an import has come. */
export interface ImportProgress {
  id: string;
  state: 'running' | 'stopped' | 'done';
  dryRun: boolean;
  /** Lines done with. */
  offset: number;
  /** Lines imported, by type. */
  imported: Record<'user' | 'token' | 'preferences' | 'mute' | 'group' | 'member', number>;
  rejected: number;
  /** The first thousand rejected lines, counted from 1. */
  problems: { line: number; problem: string }[];
  /** Epoch seconds. */
  updatedAt: number;
}

/** The progress of an import. */
export const readProgress = (http: Http, id: string, retry: RetryOptions): Promise<ImportProgress> =>
  withRetries(() => http.call<ImportProgress>({ method: 'GET', path: `/v3/import/${encodeURIComponent(id)}` }), retry);

/** Imports lines; after a failure that may pass, continues where the server has come to. */
export async function runImport(
  http: Http,
  lines: () => ImportLines,
  { id, dryRun = false, resume = false }: ImportOptions,
  retry: RetryOptions,
): Promise<ImportProgress> {
  let offset = resume ? await offsetOf(http, id, dryRun, retry) : 0;
  for (let failures = 0; ; ) {
    try {
      const query = new URLSearchParams({ id, offset: String(offset), dryRun: String(dryRun) });
      const body = await ndjsonBody(texts(lines(), offset));
      const request = {
        method: 'POST',
        path: `/v3/import?${query}`,
        body,
        contentType: 'application/x-ndjson',
      } as const;
      return await http.call<ImportProgress>(request);
    } catch (error) {
      if (!mayWorkLater(error) && !hasMovedOn(error)) throw error;
      const before = offset;
      await retry.sleep(waitMs(error as FanfareClientError, failures + 1, retry.random()));
      offset = await offsetOf(http, id, dryRun, retry);
      // An import that gets on may fail any number of times.
      failures = offset > before ? 0 : failures + 1;
      if (failures > retry.retries) throw error;
    }
  }
}

/** Whether the server wrote more lines of the broken request after the client had read the progress. */
const hasMovedOn = (error: unknown): boolean =>
  error instanceof FanfareClientError && error.code === 'ERR_BAD_REQUEST' && error.message.startsWith('offset:');

/** Where an import is to be continued: 0 if there is none, or it is complete. */
async function offsetOf(http: Http, id: string, dryRun: boolean, retry: RetryOptions): Promise<number> {
  try {
    const progress = await readProgress(http, id, retry);
    return progress.state === 'done' || progress.dryRun !== dryRun ? 0 : progress.offset;
  } catch (error) {
    if (error instanceof FanfareClientError && error.code === 'ERR_IMPORT_NOT_FOUND') return 0;
    throw error;
  }
}

/** The lines after the first `skipped`, as JSON. */
async function* texts(lines: ImportLines, skipped: number): AsyncGenerator<string> {
  let left = skipped;
  for await (const line of lines) {
    if (left-- > 0) continue;
    yield typeof line === 'string' ? line : JSON.stringify(line);
  }
}
