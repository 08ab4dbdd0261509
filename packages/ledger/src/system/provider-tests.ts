import type { Outcome, Platform, ProviderKind } from '@fanfare/core';
import type { Redis } from 'ioredis';
import { keys } from '../keys.ts';

/** A test push that a sender is asked for. */
export interface ProviderTest {
  /** Names its answer; unique. */
  id: string;
  appId: string;
  provider: ProviderKind;
  /** The credential; `custom` for the webhook. */
  providerId: string;
  /** The device to push to; without one, only the credential is tried. */
  device?: { token: string; platform: Platform } | undefined;
  /** Whether FCM only checks the push to the device. */
  isDryRun?: boolean | undefined;
}

/** The result of a test. */
export interface ProviderTestAnswer {
  outcome: Outcome['kind'];
  reason?: string | undefined;
  detail?: string | undefined;
  /** How long the attempt took, ms. */
  durationMs?: number | undefined;
  /** The same in words a person can act on. */
  message: string;
}

/** How long a request, and its answer, are kept, s. */
const KEPT_S = 60;

/** Asks the senders of a provider for a test. */
export async function askForTest(redis: Redis, test: ProviderTest): Promise<void> {
  const key = keys.providerTests(test.provider);
  await redis.multi().lpush(key, JSON.stringify(test)).expire(key, KEPT_S).exec();
}

/** The next test that is asked for, which the caller is to make. */
export async function takeTest(redis: Redis, provider: ProviderKind): Promise<ProviderTest | undefined> {
  const text = await redis.rpop(keys.providerTests(provider));
  return text === null ? undefined : (JSON.parse(text) as ProviderTest);
}

/** Answers a test. */
export async function answerTest(redis: Redis, id: string, answer: ProviderTestAnswer): Promise<void> {
  await redis.set(keys.providerTest(id), JSON.stringify(answer), 'EX', KEPT_S);
}

/** The answer of a test; undefined if there is none yet. */
export async function readTestAnswer(redis: Redis, id: string): Promise<ProviderTestAnswer | undefined> {
  const text = await redis.get(keys.providerTest(id));
  return text === null ? undefined : (JSON.parse(text) as ProviderTestAnswer);
}
