import { EXAMPLES, type Example, STAND_INS } from '@fanfare/ingest/app';
import { until } from '@fanfare/testkit';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Operation, operationsOf, readDocument, schemaOf } from '../support/openapi.ts';
import { ask, asWritten, type Bindings, bindingsOf } from '../support/replay.ts';
import { BASIC_AUTH, type System, startSystem } from '../support/system.ts';

let system: System;
let operations: Operation[];
beforeAll(async () => {
  system = await startSystem();
  operations = operationsOf(await readDocument(system));
});
afterAll(() => system[Symbol.asyncDispose]());

/** How long an example may take to come true: an event is posted before it is delivered. */
const TIMEOUT_MS = 15_000;

/** The answer a real system gives, as the example writes it; a request that only looks waits until it is as shown. */
async function replay(example: Example, bindings: Bindings) {
  let last = {};
  const answered = async () => {
    const tried = new Map(bindings);
    const { status, body } = await ask(system, example, tried);
    last = { status, answer: asWritten(body, example.answer, tried) };
    const same =
      JSON.stringify(sorted(last)) === JSON.stringify(sorted({ status: example.status, answer: example.answer }));
    if (same) for (const [name, value] of tried) bindings.set(name, value);
    return same;
  };
  const looks = example.operation.startsWith('GET ');
  if (looks) await until(answered, 'the example comes true', { timeoutMs: TIMEOUT_MS }).catch(() => undefined);
  else await answered();
  return { operation: example.operation, name: example.name, ...last };
}

/** The same with the fields of objects in order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}

test('every example is answered by a real system as it says', async () => {
  await system.admin.delete('/v3/apps/app123');
  const refusal = { status: 400, body: { message: 'no such user here' } };
  system.hook.configure({ basicAuth: BASIC_AUTH, uids: { carol: refusal } });
  const bindings = await bindingsOf(system);
  for (const example of EXAMPLES) {
    const { operation, name, status, answer } = example;
    expect(await replay(example, bindings)).toEqual({ operation, name, status, answer });
  }
  await expectAudited(bindings);
}, 120_000);

/**
 * The examples have called every route with an API key, or with the admin key where no other is taken: those audited by
 * any key are all in the audit log with what they concern, the others are not, and no secret is.
 */
async function expectAudited(bindings: Bindings): Promise<void> {
  const { data } = (await system.admin.get('/v3/audit?limit=1000')).body;
  const entries: { who: string; action: string; operation: string; ids: Record<string, string> }[] = data;
  const audited = system.routes.flatMap(({ method, url, audit }) =>
    audit && 'action' in audit && audit.by === undefined
      ? [`${audit.action}: ${method} ${url.replace(/:(\w+)/g, '{$1}')}`]
      : [],
  );
  expect(new Set(entries.map(({ action, operation }) => `${action}: ${operation}`))).toEqual(new Set(audited));
  for (const { who, operation, ids } of entries) {
    expect(who).toMatch(/^(admin|key:.+)$/);
    const params = [...operation.matchAll(/\{(\w+)\}/g)].map(([, param]) => param);
    expect(Object.keys(ids)).toEqual(expect.arrayContaining(params));
  }
  const secrets = [STAND_INS.apiKey, STAND_INS.authToken, STAND_INS.privateKey, STAND_INS.p8Key].map((name) =>
    bindings.get(name),
  );
  for (const secret of [...secrets, system.env.FANFARE_ADMIN_KEY, BASIC_AUTH.password]) {
    expect(JSON.stringify(data)).not.toContain(JSON.stringify(secret).slice(1, -1));
  }
}

test('every operation has an example of success, and one of its body where it takes one', () => {
  const wanting = operations.filter(({ key, operation }) => {
    const good = EXAMPLES.filter((example) => example.operation === key && example.status < 300);
    const needsBody = operation.requestBody?.required === true;
    return good.length === 0 || (needsBody && good.every(({ body }) => body === undefined));
  });
  expect(wanting.map(({ key }) => key)).toEqual([]);
});

test('every example is of an operation there is, and no two of one have the same name', () => {
  const keys = new Set(operations.map(({ key }) => key));
  const names = EXAMPLES.map(({ operation, status, name }) => `${operation} ${status} ${name}`);
  expect(EXAMPLES.filter(({ operation }) => !keys.has(operation)).map(({ operation }) => operation)).toEqual([]);
  expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
});

test('every example fits the schemas it is documented with', async () => {
  const document = await readDocument(system);
  const wrong = EXAMPLES.flatMap(({ operation: key, name, body, status, answer }) => {
    const found = operations.find((each) => each.key === key)?.operation;
    const checks: [string, unknown, unknown][] = [['answer', found?.responses?.[status]?.content, answer]];
    if (body !== undefined && status < 300) checks.push(['body', found?.requestBody?.content, body]);
    return checks.flatMap(([what, content, value]) => {
      const parsed = schemaOf(document, content)?.safeParse(value);
      if (parsed?.success) return [];
      return [`${key} ${name ?? ''} ${what}: ${parsed ? JSON.stringify(parsed.error?.issues) : 'has no schema'}`];
    });
  });
  expect(wrong).toEqual([]);
});
