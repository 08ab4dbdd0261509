import { STATUS_CODES } from 'node:http';
import { type CustomBody, fieldProblems } from '@fanfare/core';
import { z } from 'zod';
import { parseStrictJson } from '../http.ts';
import type { Step } from './behaviour.ts';
import type { CheckedConfig } from './endpoint-config.ts';
import { type Signed, signatureProblem } from './signature.ts';

/** A POST as received. */
export interface Arrival extends Signed {
  method: string;
}

/** The recipient and delivery of a valid request, or the answer to an invalid one. */
export type CheckResult = { ok: true; uid: string; delivery: string | undefined } | { ok: false; refusal: Step };

const TRIGGER: CustomBody['trigger'] = 'push-notification-payload-generated';
const WEBHOOK: CustomBody['webhook'] = 'custom';

/** The part of the body that a receiver checks; the rest is for its application. */
const Body = z.object({
  trigger: z.literal(TRIGGER, `must be "${TRIGGER}"`),
  webhook: z.literal(WEBHOOK, `must be "${WEBHOOK}"`),
  data: z.object({
    to: z.object({ uid: z.string().min(1) }),
    notificationDetails: z.object({ tag: z.unknown(), sentAt: z.unknown() }).partial(),
  }),
});

/**
 * The checks of a careful receiver (docs/rules/cometchat.md#samples): first the caller's identity, then the content.
 */
export function check(arrival: Arrival, { basicAuth, signingSecret }: CheckedConfig): CheckResult {
  if (arrival.method !== 'POST') return refuse(405, 'only POST', { allow: 'POST' });
  if (basicAuth && !isBasic(arrival.headers.authorization, basicAuth)) {
    return refuse(401, 'Basic authentication failed', { 'www-authenticate': 'Basic realm="webhook"' });
  }
  const problem = signingSecret === undefined ? undefined : signatureProblem(arrival, signingSecret);
  if (problem !== undefined) return refuse(401, problem);
  if (!/^application\/json\b/i.test(arrival.headers['content-type'] ?? '')) {
    return refuse(400, 'content-type: must be application/json');
  }
  return checkBody(parseStrictJson(arrival.body));
}

/** The error answer, in the format of CometChat's sample receiver. */
export const refuse = (status: number, problem: string, headers: Record<string, string> = {}) => ({
  ok: false as const,
  refusal: { status, headers, body: { message: `${STATUS_CODES[status]}: ${problem}` } },
});

function checkBody(json: unknown): CheckResult {
  if (json === undefined) return refuse(400, 'body: must be JSON');
  const parsed = Body.safeParse(json);
  if (!parsed.success) {
    return refuse(
      400,
      fieldProblems(parsed.error)
        .map(({ field, problem }) => `${field}: ${problem}`)
        .join('; '),
    );
  }
  const { to, notificationDetails } = parsed.data.data;
  return { ok: true, uid: to.uid, delivery: deliveryKey(to.uid, notificationDetails) };
}

/** Identifies a delivery to a user; undefined if the body does not. */
function deliveryKey(uid: string, { tag, sentAt }: { tag?: unknown; sentAt?: unknown }): string | undefined {
  return typeof tag === 'string' && typeof sentAt === 'string' ? `${sentAt}\n${uid}\n${tag}` : undefined;
}

function isBasic(header: string | undefined, { username, password }: { username: string; password: string }): boolean {
  const [, given] = /^basic +(\S+)$/i.exec(header ?? '') ?? [];
  return given === Buffer.from(`${username}:${password}`).toString('base64');
}
