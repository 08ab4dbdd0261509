import { STATUS_CODES } from 'node:http';
import type { Reply } from '../exchange/exchange.ts';
import type { Manner } from '../exchange/perform.ts';
import type { Step } from './behaviour.ts';

/** The answer of CometChat's sample receiver (docs/rules/cometchat.md#samples). */
const TAKEN = { message: 'Webhook received successfully' };

/** The answer of a step. */
export function replyOf(step: Step): Reply {
  const status = step.status ?? 200;
  if (status === 204 || status === 304) return { status, headers: stepHeaders(step), text: '' };
  const { type, text } = content(step, status);
  return { status, headers: { 'content-type': type, ...stepHeaders(step) }, text };
}

/** The manner of a step's answer. */
export const mannerOf = ({ latencyMs, hang, reset, truncate }: Step): Manner => ({
  latencyMs,
  hang,
  cut: reset ? 'reset' : undefined,
  truncate,
});

/** A configured step may have numbers, which become strings here; our own steps have none. */
const stepHeaders = ({ headers = {} }: Step): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));

function content({ body }: Step, status: number): { type: string; text: string } {
  if (typeof body === 'string') return { type: 'text/plain; charset=utf-8', text: body };
  const usual = status < 300 ? TAKEN : { message: STATUS_CODES[status] ?? 'Unknown' };
  return { type: 'application/json', text: JSON.stringify(body === undefined ? usual : body) };
}
