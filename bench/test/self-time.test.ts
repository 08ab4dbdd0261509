import { expect, test } from '@jest/globals';
import { selfTimes } from '../src/profile/self-time.ts';

const frame = (functionName: string, url: string) => ({ functionName, url, lineNumber: 1 });

test('self time is summed by package and function, without idle time and the profiler', () => {
  const profile = {
    nodes: [
      { id: 1, callFrame: frame('send', 'file:///app/packages/providers/dist/fcm/client.js') },
      { id: 2, callFrame: frame('', 'file:///app/node_modules/@ioredis/commands/built/index.js') },
      { id: 3, callFrame: frame('(garbage collector)', '') },
      { id: 4, callFrame: frame('(idle)', '') },
      { id: 5, callFrame: frame('writeUtf8String', '') },
      { id: 6, callFrame: frame('send', 'file:///app/packages/providers/dist/fcm/client.js') },
      { id: 7, callFrame: frame('request', 'node:internal/http2/core') },
      { id: 8, callFrame: frame('post', 'node:inspector'), children: [9] },
      { id: 9, callFrame: frame('dispatch', '') },
    ],
    samples: [1, 2, 3, 4, 5, 6, 7, 9, 99],
    timeDeltas: [10, 20, 30, 1000, 5, 40, 2, 500, 7],
  };
  expect(selfTimes(profile)).toEqual({
    total: 107,
    packages: [
      ['@fanfare/providers', 50],
      ['garbage collector', 30],
      ['@ioredis/commands', 20],
      ['native', 5],
      ['node:internal/http2/core', 2],
    ],
    functions: [
      ['@fanfare/providers: send', 50],
      ['garbage collector: (garbage collector)', 30],
      ['@ioredis/commands: (anonymous)', 20],
      ['native: writeUtf8String', 5],
      ['node:internal/http2/core: request', 2],
    ],
  });
});
