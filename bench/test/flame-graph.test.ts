import { expect, test } from '@jest/globals';
import { flameGraph } from '../src/profile/flame-graph.ts';

const frame = (functionName: string, url: string) => ({ functionName, url, lineNumber: 1 });
const node = (id: number, functionName: string, url: string, children: number[] = []) => ({
  id,
  callFrame: frame(functionName, url),
  children,
});

const profile = {
  nodes: [
    node(1, '(root)', '', [2, 4, 5]),
    node(2, 'send', 'file:///app/packages/providers/dist/fcm/client.js', [3]),
    node(3, 'write<T>', 'node:net'),
    node(4, '(idle)', ''),
    node(5, 'send', 'file:///app/packages/providers/dist/fcm/client.js'),
  ],
  samples: [2, 3, 4, 5],
  timeDeltas: [1000, 3000, 9000, 4000],
};

const hints = (svg: string): string[] => [...svg.matchAll(/<g><title>([^<]*)<\/title>/g)].map(([, hint]) => hint ?? '');

test('a flame graph has a box per call path, calls from the same caller merged, without idle time', () => {
  const svg = flameGraph(profile, 'P1, sender');
  expect(svg).toContain('P1, sender, 8 ms busy');
  expect(hints(svg)).toEqual([
    'all: 100.0 %',
    'send [@fanfare/providers]: 100.0 %',
    'write&lt;T&gt; [node:net]: 37.5 %',
  ]);
});

test('a box is as wide as its share of the time', () => {
  const boxes = flameGraph(profile, '').split('\n');
  const write = boxes.find((line) => line.includes('write')) ?? '';
  expect(Number(/ width="([\d.]+)"/.exec(write)?.[1])).toBeCloseTo(1200 * 0.375 - 0.5, 1);
});

test('a profile without samples is an empty picture', () => {
  expect(hints(flameGraph({ nodes: [node(1, '(root)', '')] }, 'nothing'))).toEqual([]);
});
