import { ERRORS } from '@fanfare/core';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Validator } from '@seriousme/openapi-schema-validator';
import { type Document, type Operation, operationsOf, readDocument, schemaOf } from '../support/openapi.ts';
import { type System, startSystem } from '../support/system.ts';

let system: System;
let document: Document;
let operations: Operation[];
beforeAll(async () => {
  system = await startSystem({ apps: [] });
  document = await readDocument(system);
  operations = operationsOf(document);
});
afterAll(() => system[Symbol.asyncDispose]());

/** The operations that do not do, to be none. */
const failing = (fits: (operation: Operation) => boolean) =>
  operations.filter((operation) => !fits(operation)).map(({ key }) => key);

const parametersIn = ({ operation }: Operation, place: string) =>
  (operation.parameters ?? []).filter((parameter) => parameter.in === place).map(({ name }) => name);

test('every route is documented but those that are no part of the API, and nothing else is', () => {
  const hidden = /^\/(|livez|readyz|metrics|openapi\.json|docs(\/.*)?)$/;
  const routes = system.routes.filter(({ method, url }) => method !== 'HEAD' && !hidden.test(url));
  const keys = routes.map(({ method, url }) => `${method} ${url.replace(/:(\w+)/g, '{$1}')}`);
  expect(keys.length).toBe(operations.length);
  expect(new Set(operations.map(({ key }) => key))).toEqual(new Set(keys));
});

test('every operation says what it is, who may call it, and where it belongs', () => {
  const areas = new Set(document.tags.map(({ name }) => name));
  const said = (text: string | undefined) => text !== undefined && text.length > 5;
  expect(failing(({ operation }) => said(operation.summary) && said(operation.description))).toEqual([]);
  expect(failing(({ operation }) => operation.tags?.length === 1 && areas.has(operation.tags[0] ?? ''))).toEqual([]);
  const ids = operations.map(({ operation }) => operation.operationId ?? '');
  expect(ids.filter((id, i) => !/^[a-z][A-Za-z0-9]+$/.test(id) || ids.indexOf(id) !== i)).toEqual([]);
});

test('every success response says what it means', () => {
  const successes = ({ operation }: Operation) =>
    Object.entries(operation.responses ?? {}).filter(([status]) => status.startsWith('2'));
  const isSaid = (description = '') => description.length > 5 && description !== 'Default Response';
  const isComplete = (each: Operation) => successes(each).every(([, { description }]) => isSaid(description));
  expect(failing((each) => successes(each).length > 0 && isComplete(each))).toEqual([]);
});

test('every success response says what it means', () => {
  const successes = ({ operation }: Operation) =>
    Object.entries(operation.responses ?? {}).filter(([status]) => status.startsWith('2'));
  const isSaid = (description = '') => description.length > 5 && description !== 'Default Response';
  const isComplete = (each: Operation) => successes(each).every(([, { description }]) => isSaid(description));
  expect(failing((each) => successes(each).length > 0 && isComplete(each))).toEqual([]);
});

test('the document is valid OpenAPI 3.1', async () => {
  expect(await new Validator().validate({ ...structuredClone(document) })).toMatchObject({ valid: true });
});

test('every reference leads somewhere', () => {
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(([, path = '']) => path);
  expect(references.length).toBeGreaterThan(operations.length);
  const found = (path: string) =>
    path
      .replace('#/', '')
      .split('/')
      .reduce<unknown>((at, name) => (at as Record<string, unknown> | undefined)?.[name], document);
  expect(references.filter((path) => !path.startsWith('#/') || found(path) === undefined)).toEqual([]);
});

test('every parameter of a path is declared, and no other', () => {
  const inPath = ({ path }: Operation) => [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  for (const each of operations) {
    expect([each.key, new Set(parametersIn(each, 'path'))]).toEqual([each.key, new Set(inPath(each))]);
  }
});

test('security follows from who may call', () => {
  const opens = (method: string, path: string) => {
    const found = operations.find(({ key }) => key === `${method} ${path}`);
    return found?.operation.security?.map((each) => Object.keys(each).join('+'));
  };
  expect(opens('POST', '/v3/apps')).toEqual(['adminkey']);
  expect(opens('POST', '/v3/events')).toEqual(['apikey', 'adminkey+appId']);
  expect(opens('POST', '/v3/webhooks/cometchat')).toEqual(['apikey', 'adminkey+appId', 'basic']);
  expect(opens('GET', '/v3/notifications/v1/preferences')).toEqual(['authToken+appId', 'apikey', 'adminkey+appId']);
  expect(opens('GET', '/v3/me')).toEqual(['authToken+appId']);
  const schemes = Object.keys(document.components.securitySchemes);
  const named = operations.flatMap(({ operation }) => (operation.security ?? []).flatMap(Object.keys));
  expect(new Set(named)).toEqual(new Set(schemes));
});

test('errors have the one body, the codes of the catalogue and, where trying again helps, Retry-After', () => {
  for (const { key, operation } of operations) {
    const errors = Object.entries(operation.responses ?? {}).filter(([status]) => Number(status) >= 400);
    expect([key, errors.map(([status]) => status)]).toEqual([key, expect.arrayContaining(['503'])]);
    for (const [status, { description, headers, content }] of errors) {
      const codes = [...(description ?? '').matchAll(/`((?:AUTH_)?ERR_\w+)`/g)].map(([, code]) => code as string);
      expect([key, codes.length]).not.toEqual([key, 0]);
      const statuses = codes.map((code) => (ERRORS as Record<string, { status: number }>)[code]?.status);
      expect([key, new Set(statuses)]).toEqual([key, new Set([Number(status)])]);
      expect([key, content?.['application/json']?.schema]).toEqual([key, { $ref: '#/components/schemas/Error' }]);
      expect([key, headers && 'Retry-After' in headers]).toEqual([key, ['429', '503'].includes(status) || undefined]);
    }
  }
});

test('an event is documented with its fields, type by type', () => {
  const publish = operations.find(({ key }) => key === 'POST /v3/events');
  const check = schemaOf(document, publish?.operation.requestBody?.content);
  const message = {
    id: 'm-1',
    type: 'message.sent',
    sentAt: 1741847453000,
    sender: { uid: 'alice' },
    conversation: { type: 'user', id: 'bob' },
    message: { id: '1', text: 'hi' },
  };
  const accepts = (value: unknown) => check?.safeParse(value).success;
  expect(accepts(message)).toBe(true);
  expect(accepts([message, message])).toBe(true);
  expect(accepts({ ...message, type: 'message.invented' })).toBe(false);
  expect(accepts({ ...message, massage: 1 })).toBe(false);
  expect(accepts({ ...message, message: { text: 'hi' } })).toBe(false);
});

test('a list that is streamed is documented as NDJSON', () => {
  const load = operations.find(({ key }) => key === 'PUT /v3/groups/{guid}/members')?.operation;
  const media = load?.requestBody?.content ?? {};
  expect(Object.keys(media)).toEqual(['application/x-ndjson']);
  const [example] = Object.values(media['application/x-ndjson']?.examples ?? {});
  expect(
    String(example?.value)
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).uid),
  ).toEqual(['alice', 'bob', 'carol']);
});
