import { describe, expect, test } from '@jest/globals';
import { parsePorts, webhookUrlProblem } from '../../src/index.ts';

const STRICT = { allowHttp: false, allowCidrs: [] };

describe('the port of a webhook', () => {
  test.each(['', ':443', ':8443', ':8080', ':65535'])('may be that of "https://acme.com%s"', (port) => {
    expect(webhookUrlProblem(`https://acme.com${port}/`, STRICT)).toBeUndefined();
  });

  test.each([1, 22, 25, 465, 587, 993, 6000, 6379, 6667, 10080, 11211])('may not be %d', (port) => {
    expect(webhookUrlProblem(`https://acme.com:${port}/`, STRICT)).toMatch(`port ${port}`);
    expect(webhookUrlProblem(`https://acme.com:${port}/`, { ...STRICT, allowPorts: [port] })).toBeUndefined();
  });
});

describe('WEBHOOK_ALLOW_PORTS', () => {
  test('is a list of ports', () => {
    expect([parsePorts(''), parsePorts('25,6379')]).toEqual([[], [25, 6379]]);
  });

  test.each(['x', '70000', '-1', '1e3', '25.5'])('cannot be %s', (list) => {
    expect(() => parsePorts(list)).toThrow(JSON.stringify(list));
  });
});
