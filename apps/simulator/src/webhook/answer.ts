import { type ServerResponse, STATUS_CODES } from 'node:http';
import type { Step } from './behaviour.ts';

/** How a request ended: the status it was answered with, or without an answer (`abandoned`: the caller left first). */
export type Fate = number | 'hung' | 'reset' | 'abandoned';

/** The seeds' answer. */
const TAKEN = { message: 'Webhook received successfully' };

/** Does what a step says, now or after its latency. Calls `settled` once, with how it ended. */
export function answer(step: Step, response: ServerResponse, settled: (fate: Fate) => void): void {
  if (!step.latencyMs) {
    settled(finish(step, response));
    return;
  }
  const gone = () => {
    clearTimeout(timer);
    settled('abandoned');
  };
  const timer = setTimeout(() => {
    response.off('close', gone);
    settled(finish(step, response));
  }, step.latencyMs);
  response.once('close', gone);
}

function finish(step: Step, response: ServerResponse): Fate {
  if (step.hang) return 'hung';
  if (response.destroyed) return 'abandoned';
  if (step.reset) {
    response.socket?.resetAndDestroy();
    return 'reset';
  }
  const status = step.status ?? 200;
  if (status === 204 || status === 304) {
    response.writeHead(status, step.headers).end();
    return status;
  }
  const { type, text } = content(step, status);
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(text), ...step.headers });
  response.end(text);
  return status;
}

function content({ body }: Step, status: number): { type: string; text: string } {
  if (typeof body === 'string') return { type: 'text/plain; charset=utf-8', text: body };
  const usual = status < 300 ? TAKEN : { message: STATUS_CODES[status] ?? 'Unknown' };
  return { type: 'application/json', text: JSON.stringify(body === undefined ? usual : body) };
}
