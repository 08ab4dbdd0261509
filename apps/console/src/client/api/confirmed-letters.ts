import type { DeadLetter } from '@fanfare/client';

type ReadPage = (cursor: string | undefined) => Promise<{ data: DeadLetter[]; meta: { cursor?: string } }>;

/** Walks the pages of dead letters, newest first, without those given up after `until`, epoch seconds. */
export async function* confirmedLetters(read: ReadPage, until: number): AsyncGenerator<string[]> {
  let cursor: string | undefined;
  do {
    const { data, meta } = await read(cursor);
    const ids = data.filter(({ at }) => at <= until).map(({ id }) => id);
    if (ids.length > 0) yield ids;
    ({ cursor } = meta);
  } while (cursor !== undefined);
}
