import { EXAMPLES, type Example, STAND_INS } from '@fanfare/ingest/app';
import { until } from '@fanfare/testkit';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ask, asWritten, type Bindings, bindingsOf } from '../support/replay.ts';
import { BASIC_AUTH, type System, startSystem } from '../support/system.ts';

/** From here on the examples take away what the others made. */
const FAREWELL = EXAMPLES.findIndex(({ operation }) => operation === 'DELETE /v3/me');
const made = EXAMPLES.slice(0, FAREWELL);
const done = EXAMPLES.filter(({ status }) => status < 300);

/** Names of people, groups, tokens, credentials and events, and texts of the app. */
const MARKS = /Bob|alice|carol|mallory|[Hh]iking|tok_|fcm-1|apns-1|m-10\d|chat\.example\.com|firebase|such person/;

let system: System;
let bindings: Bindings;
beforeAll(async () => {
  system = await startSystem();
  await system.admin.delete('/v3/apps/app123');
  const refusal = { status: 400, body: { message: 'no such person here' } };
  system.hook.configure({ basicAuth: BASIC_AUTH, uids: { carol: refusal } });
  bindings = await bindingsOf(system);
  for (const example of made) {
    const { body } = await ask(system, example, bindings);
    asWritten(body, example.answer, bindings);
  }
  // What the examples have taken away again by then.
  const again = /^(POST .*\/(tokens|blockedusers)|PATCH .*\/(settings|preferences))$/;
  for (const example of made.filter(({ operation }) => again.test(operation))) await ask(system, example, bindings);
  await until(async () => (await looks()).every(([, status]) => status === 200), 'the app has all there is to see');
}, 60_000);
afterAll(() => system[Symbol.asyncDispose]());

const isFor = (classes: readonly string[]) => (example: Example) => {
  const [method, path = ''] = example.operation.split(' ');
  const url = path.replace(/\{(\w+)\}/g, ':$1');
  const route = system.routes.find((each) => each.method === method && each.url === url);
  return classes.includes(route?.access ?? '');
};

/** On behalf of bob, where a key may say so. */
const forBob = (example: Example): Example =>
  isFor(['user'])(example) ? { ...example, query: { ...example.query, uid: 'bob' } } : example;

/** All that a key of an app can look at: operation, status and answer; ids and times of ours as in the examples. */
async function looks(apikey = bindings.get(STAND_INS.apiKey) ?? ''): Promise<[string, number, unknown][]> {
  const gets = done
    .filter(({ operation }) => operation.startsWith('GET '))
    .filter(isFor(['publish', 'manage', 'user']));
  return Promise.all(
    gets.map(async (example) => {
      const { status, body } = await ask(system, forBob(example), bindings, { apikey });
      return [example.operation, status, body] as [string, number, unknown];
    }),
  );
}

/** The answer of a list that has nothing for its own app either, in the hours that the examples ask for. */
const EMPTY = /"(data|points)":\[\]/;

test('a key sees and changes nothing of another app, whatever it asks for', async () => {
  const before = await looks();
  expect(before.filter(([, , body]) => MARKS.test(JSON.stringify(body))).length).toBeGreaterThan(10);
  await system.admin.post('/v3/apps', { appId: 'other' });
  const { apiKey: apikey } = (await system.admin.post('/v3/apps/other/apikeys', {})).body.data;

  const seen = (await looks(apikey)).filter(([, status, body], i) => {
    const text = JSON.stringify(body);
    const isSame = text === JSON.stringify(before[i]?.[2]) && !EMPTY.test(text);
    return status === 200 && (MARKS.test(text) || isSame);
  });
  expect(seen).toEqual([]);
  for (const example of done.filter(isFor(['publish', 'manage', 'user']))) {
    await ask(system, forBob(example), bindings, { apikey });
  }
  expect(await looks()).toEqual(before);
}, 60_000);

test('a person sees and changes nothing of another, whatever they ask for', async () => {
  const before = withoutDave(await looks());
  const asked = done.filter(isFor(['user', 'login']));
  // First what only looks, so that nothing they then have of their own is taken for another's.
  const isLook = ({ operation }: Example) => operation.startsWith('GET ');
  for (const example of [...asked.filter(isLook), ...asked.filter((each) => !isLook(each))]) {
    const authtoken = await logInDave();
    // A push token belongs to the user who registers it last, as a device does; so dave has others.
    const body = JSON.parse(JSON.stringify(example.body ?? null).replaceAll('tok_', 'tok_dave_'));
    const { body: answer } = await ask(system, { ...example, body: body ?? undefined }, bindings, {
      authtoken,
      appid: 'app123',
    });
    if (isLook(example)) expect(JSON.stringify(answer)).not.toMatch(/Bob|"bob"|tok_|[Hh]iking/);
  }
  expect(withoutDave(await looks())).toEqual(before);
}, 60_000);

/** The same without what lists of users say about dave, who may change that. */
const withoutDave = (seen: readonly [string, number, unknown][]) =>
  JSON.parse(JSON.stringify(seen), (_, value) =>
    Array.isArray(value) ? value.filter((one) => one?.uid !== 'dave') : value,
  ) as unknown;

/** A login of dave, who has nothing. */
async function logInDave(): Promise<string> {
  const { body } = await ask(
    system,
    { operation: 'POST /v3/users/{uid}/auth_tokens', as: 'backend', params: { uid: 'dave' }, status: 201, answer: {} },
    bindings,
  );
  return body.data.authToken;
}
