import type { Dispatcher } from 'undici';
import { withDeadline } from './deadline.ts';
import { statusBefore } from './wire-answers.ts';
import type { WithholdableRequest } from './withhold.ts';

/** An answer, from its status on. */
export interface Answer {
  status: number;
  retryAfter: string | undefined;
  /** The beginning of the body; empty when it broke off. */
  body: string;
  /** Why the answer is malformed or broke off after its status; undefined: it is complete, or longer than we read. */
  broken: unknown;
}

/** The bounds of one exchange. */
interface Bounds {
  /** Total time: DNS, connect, TLS, headers and body. */
  timeoutMs: number;
  /** The most bytes of the body that are read. */
  maxBytes: number;
}

/**
 * Sends one request and reads its answer. A request counts as answered once its status is read, even if the rest is
 * malformed or breaks off. Rejects when there is no status, or the answer drips past the time limit: then the request
 * may be sent again.
 */
export async function exchange(
  agent: Pick<Dispatcher, 'request'>,
  request: WithholdableRequest,
  { timeoutMs, maxBytes }: Bounds,
): Promise<Answer> {
  try {
    return await withDeadline(timeoutMs, (signal) => read(agent, { ...request, signal }, signal, maxBytes));
  } catch (error) {
    const status = statusBefore(error);
    if (status === undefined) throw error;
    return { status, retryAfter: undefined, body: '', broken: error };
  }
}

async function read(
  agent: Pick<Dispatcher, 'request'>,
  request: WithholdableRequest,
  signal: AbortSignal,
  maxBytes: number,
): Promise<Answer> {
  const { statusCode: status, headers, body } = await agent.request(request);
  const [retryAfter] = [headers['retry-after']].flat();
  try {
    return { status, retryAfter, body: await readStart(body, maxBytes), broken: undefined };
  } catch (error) {
    signal.throwIfAborted();
    return { status, retryAfter, body: '', broken: error };
  }
}

/** The first bytes of a body. Leaving the loop early destroys the stream, and with it the connection. */
async function readStart(body: AsyncIterable<Buffer>, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > maxBytes) break;
  }
  return Buffer.concat(chunks).toString('utf8', 0, maxBytes);
}
