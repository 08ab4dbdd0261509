import { FanfareClientError } from '@fanfare/client';
import { errorLine } from './error-line.ts';
import type { Operator } from './operator.ts';

type Looked<T> = { kind: 'found'; value: T } | { kind: 'failed'; line: string };

/** One look of a command that looks again and again: a failed request is a result, since the next may succeed. */
export async function looked<T>({ url }: Operator, look: () => Promise<T>): Promise<Looked<T>> {
  try {
    return { kind: 'found', value: await look() };
  } catch (error) {
    if (!(error instanceof FanfareClientError)) throw error;
    return { kind: 'failed', line: errorLine(error, url) };
  }
}
