import { expect, test } from '@jest/globals';
import { createLogger } from '../src/index.ts';

function setup(level: 'info' | 'debug' = 'info') {
  const lines: Record<string, unknown>[] = [];
  const destination = { write: (line: string) => void lines.push(JSON.parse(line)) };
  return { log: createLogger({ name: 'sender', level, destination }), lines };
}

test('a line is JSON with the name of the process, the name of the level and an ISO time', () => {
  const { log, lines } = setup();
  log.info({ deliveryId: 'd1', durationMs: 12 }, 'delivery.attempted');
  expect(lines).toEqual([
    expect.objectContaining({
      name: 'sender',
      level: 'info',
      msg: 'delivery.attempted',
      deliveryId: 'd1',
      durationMs: 12,
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    }),
  ]);
});

test('lines below the level are not written', () => {
  const { log, lines } = setup();
  log.debug('quiet');
  expect(lines).toEqual([]);
});

test.each([
  'token',
  'pushToken',
  'authToken',
  'password',
  'basicAuthPassword',
  'authorization',
  'Authorization',
  'apikey',
  'apiKey',
  'x-api-key',
  'adminkey',
  'private_key',
  'secret',
  'signingSecret',
  'set-cookie',
  'credential',
  'serviceAccount',
  'text',
  'body',
])('%s is redacted at any depth', (key) => {
  const { log, lines } = setup();
  const deepest = { [key]: { deep: 'hunter2' } };
  const fields = { [key]: 'hunter2', a: { [key]: 'hunter2', b: [deepest] } };
  log.info(fields);
  expect(lines[0]).toMatchObject({ [key]: '[redacted]', a: { [key]: '[redacted]', b: [{ [key]: '[redacted]' }] } });
  expect(deepest).toEqual({ [key]: { deep: 'hunter2' } });
});

test('counts, flags and words that only resemble a secret are kept', () => {
  const { log, lines } = setup();
  const fields = { token: 3, hasToken: true, tokens: 5, tokenId: 'dev_1', keyCount: 2, context: 'x', at: new Date(0) };
  log.info(fields);
  expect(lines[0]).toMatchObject({ ...fields, at: '1970-01-01T00:00:00.000Z' });
});

test('the bindings of a child, and of its child, are redacted', () => {
  const { log, lines } = setup();
  log
    .child({ apikey: 'hunter2', app: 'a' })
    .child({ user: { token: 'hunter2' } }, {})
    .info('hello');
  expect(lines[0]).toMatchObject({ apikey: '[redacted]', app: 'a', user: { token: '[redacted]' } });
});

test('an error keeps its message, stack and cause and loses its secrets, in any position', () => {
  const { log, lines } = setup();
  const refused = () =>
    Object.assign(new Error('refused', { cause: new Error('reset') }), {
      config: { headers: { authorization: 'Bearer hunter2' }, url: '/send' },
    });
  log.error(refused());
  log.error({ err: refused(), token: 'hunter2' }, 'again');
  log.error({ job: { error: refused() } });
  log.error(new AggregateError([refused()], 'all failed'));
  const shown = { type: 'Error', message: 'refused: reset', stack: expect.any(String), config: { url: '/send' } };
  expect(lines).toMatchObject([
    { err: shown, msg: 'refused' },
    { err: shown, msg: 'again' },
    { job: { error: shown } },
    { err: { aggregateErrors: [shown] } },
  ]);
  expect(JSON.stringify(lines)).not.toContain('hunter2');
});

test('a Redis error is logged without its command, which contains bodies and tokens', () => {
  const { log, lines } = setup();
  const command = { name: 'evalsha', args: ['{"text":"hunter2"}'] };
  const cause = Object.assign(new Error('NOPERM'), { command });
  log.error({ err: Object.assign(new Error('EXECABORT', { cause }), { command, previousErrors: [cause] }) });
  expect(lines).toHaveLength(1);
  expect(JSON.stringify(lines)).toContain('NOPERM');
  expect(JSON.stringify(lines)).not.toContain('hunter2');
});

test('an err that is not an error does no harm', () => {
  const { log, lines } = setup();
  log.error({ err: null });
  log.error({ err: 'just words' });
  expect(lines).toMatchObject([{ err: null }, { err: 'just words' }]);
});

test('an instance of a class reaches its serializer whole', () => {
  class Request {
    headers = { authorization: 'Bearer hunter2' };
    get route() {
      return '/v3/events';
    }
  }
  const { log, lines } = setup();
  log.child({}, { serializers: { req: ({ route }: Request) => ({ route }) } }).info({ req: new Request() });
  expect(lines[0]).toMatchObject({ req: { route: '/v3/events' } });
});

test('an object that contains itself does not hang the logger', () => {
  const { log, lines } = setup();
  const circle: Record<string, unknown> = { app: 'a' };
  circle.self = circle;
  log.info({ circle });
  expect(lines).toHaveLength(1);
});
