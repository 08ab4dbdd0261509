import type { Outcome, SharedToken, TokenClaim, TokenStore } from '@fanfare/core';
import { describe, expect, test } from '@jest/globals';
import { type Fetched, FleetTokens } from '../../src/wire/fleet-tokens.ts';
import { UNSHARED } from '../../src/wire/unshared-tokens.ts';
import { NOW } from '../support/device-push.ts';

const MINUTE = 60_000;
/** In minutes from now. */
const [DUE, EXPIRED] = [55, 60];

/** A store that always tells this process to fetch. */
const GRANTING: TokenStore = {
  ...UNSHARED,
  claim: async () => ({ kind: 'fetch', lease: 'lease-1' }),
  publish: async () => true,
};

/** Tokens of one credential, `token-1` first; the test moves the time, and says how the next fetch ends. */
function tokensFrom(store: TokenStore) {
  const state = { minute: 0, fetches: 0, end: undefined as Promise<Fetched> | undefined };
  const now = () => NOW + state.minute * MINUTE;
  const aToken = (): Fetched => {
    const [useUntil, expiresAt] = [now() + DUE * MINUTE, now() + EXPIRED * MINUTE];
    return { ok: true, token: { value: `token-${state.fetches}`, useUntil, expiresAt, heldUntil: now() } };
  };
  const fetch = async () => {
    state.fetches++;
    return state.end ?? aToken();
  };
  const tokens = new FleetTokens<string>({ store, now, nameOf: (name) => name, fetch });
  const current = async (): Promise<SharedToken | Outcome> => {
    const access = await tokens.current('account');
    return access.ok ? access.token : access.outcome;
  };
  return { state, tokens, current, aToken };
}

const failure = (kind: 'retryable' | 'credential_failing'): Promise<Fetched> =>
  Promise.resolve({ ok: false, outcome: { kind, reason: 'oauth' } });
const hanging = () => new Promise<Fetched>(() => undefined);

describe.each([
  ['with the lease', GRANTING],
  ['without a shared store', UNSHARED],
])('a process %s', (_, store) => {
  test.each([
    ['fails', () => failure('retryable')],
    ['is refused', () => failure('credential_failing')],
    ['hangs', hanging],
  ])('uses a token that is due until it expires while the fetch of its successor %s', async (__, end) => {
    const { state, current } = tokensFrom(store);
    await current();
    state.end = end();
    for (const minute of [DUE, DUE + 1, DUE + 4]) {
      state.minute = minute;
      expect(await current()).toMatchObject({ value: 'token-1' });
    }
  });

  test('returns the failure once the token has expired', async () => {
    const { state, current } = tokensFrom(store);
    await current();
    state.end = failure('retryable');
    state.minute = EXPIRED;
    expect(await current()).toEqual({ kind: 'retryable', reason: 'oauth' });
  });

  test('asks for the successor again after half a minute, and uses it', async () => {
    const { state, current } = tokensFrom(store);
    await current();
    state.end = failure('credential_failing');
    state.minute = DUE;
    await current();
    await current();
    expect(state.fetches).toBe(2);
    state.end = undefined;
    state.minute = DUE + 0.5;
    expect(await current()).toMatchObject({ value: 'token-3' });
  });

  test('does not use a refused token again', async () => {
    const { state, tokens, current } = tokensFrom(store);
    const first = await current();
    state.end = failure('retryable');
    const renewed = await tokens.renew('account', first as SharedToken);
    expect(renewed).toEqual({ ok: false, outcome: { kind: 'retryable', reason: 'oauth' } });
    expect(await current()).toMatchObject({ kind: 'retryable' });
  });
});

test('a successor that is late is used as soon as it is there', async () => {
  const { state, current, aToken } = tokensFrom(GRANTING);
  await current();
  let arrive: (fetched: Fetched) => void = () => undefined;
  state.end = new Promise((resolve) => {
    arrive = resolve;
  });
  state.minute = DUE;
  expect(await current()).toMatchObject({ value: 'token-1' });
  arrive(aToken());
  await new Promise(setImmediate);
  expect(await current()).toMatchObject({ value: 'token-2' });
});

describe('a store that does not answer', () => {
  const never = () => new Promise<never>(() => undefined);

  test.each([
    ['a claim', { ...GRANTING, claim: never }],
    ['a token to share', { ...GRANTING, publish: never }],
  ])('to %s leaves a process with a token of its own', async (_, store) => {
    const { current } = tokensFrom(store);
    expect(await current()).toMatchObject({ value: 'token-1' });
  });

  test('to the end of a lease does not hold up the failure', async () => {
    const { state, current } = tokensFrom({ ...GRANTING, abandon: never });
    state.end = failure('retryable');
    expect(await current()).toMatchObject({ kind: 'retryable' });
  });

  test('in time, but grants a lease later, gets it back', async () => {
    const abandoned: string[] = [];
    let grant: (claim: TokenClaim) => void = () => undefined;
    const claim = () =>
      new Promise<TokenClaim>((resolve) => {
        grant = resolve;
      });
    const abandon = async (_: string, lease: string) => void abandoned.push(lease);
    const { current } = tokensFrom({ ...GRANTING, claim, abandon });
    await current();
    grant({ kind: 'fetch', lease: 'lease-2' });
    await new Promise(setImmediate);
    expect(abandoned).toEqual(['lease-2']);
  });
});
