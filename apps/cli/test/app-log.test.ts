import { createLogger } from '@fanfare/runtime';
import { expect, test } from '@jest/globals';
import { appLog } from '../src/dev/app-log.ts';
import { Terminal } from '../src/terminal.ts';

function setup() {
  let text = '';
  const terminal = new Terminal({ write: (part) => (text += part) }, {});
  return { log: createLogger({ name: 'sender', level: 'info', destination: appLog(terminal) }), text: () => text };
}

test('a log line of an app becomes one line of text: time, level, app, message, fields', () => {
  const { log, text } = setup();
  log.warn({ reason: 'gone', count: 3 }, 'redis.error');
  expect(text()).toMatch(/^\d\d:\d\d:\d\d\.\d{3} warn {2}sender redis\.error reason=gone count=3\n$/);
});

test('an error is shown in the same line, with the place where it was thrown', () => {
  const { log, text } = setup();
  log.error({ err: new TypeError('two\nlines') }, 'delivery.failed');
  expect(text()).toMatch(/^\S+ error sender delivery\.failed TypeError: two lines \(at .*app-log\.test\.ts.*\)\n$/);
});

test('lines that dev shows in its own way are left out of the log', () => {
  const { log, text } = setup();
  log.warn('WEBHOOK_ALLOW_HTTP is on: webhooks may be plain http');
  log.warn({ eventId: 'm-1' }, 'delivery.attempted');
  expect(text()).toBe('');
});
