import { expect, test } from '@jest/globals';
import { parseDrill } from '../../src/drill/command-line.ts';
import { FAULT_KINDS, planFaults, TRACK_NAMES, TRACKS, type Track } from '../../src/drill/faults/schedule.ts';

const firstOf = (seed: number, track: Track, count = 40) => {
  const faults = planFaults(seed, track);
  return Array.from({ length: count }, () => faults.next().value);
};

test('a seed repeats the order of the faults, and another seed has another', () => {
  for (const track of TRACK_NAMES) {
    expect(firstOf(7, track)).toEqual(firstOf(7, track));
    expect(firstOf(7, track)).not.toEqual(firstOf(8, track));
  }
});

test('every fault of a track comes before one comes again', () => {
  for (const track of TRACK_NAMES) {
    const deck = TRACKS[track];
    const kinds = firstOf(3, track, deck.length).map((fault) => fault?.kind);
    expect([...kinds].sort()).toEqual([...deck].sort());
  }
});

test('a list of faults leaves out all others', () => {
  const { only } = parseDrill(['--faults', 'kill-redis,fcm-503'], 0) as Exclude<ReturnType<typeof parseDrill>, 'help'>;
  expect(planFaults(1, 'machines', only).next().value?.kind).toBe('kill-redis');
  expect(planFaults(1, 'processes', only).next().done).toBe(true);
});

test('the command line names what is wrong', () => {
  expect(() => parseDrill(['--faults', 'kill-console'], 0)).toThrow('there is no fault "kill-console"');
  expect(() => parseDrill(['--seconds', '0'], 0)).toThrow('--seconds: expected a whole number from 1 to 3600');
  expect(() => parseDrill(['--tree', '/tmp/x'], 0)).toThrow('--tree: only with --rolling');
  expect(parseDrill(['--rolling', '--tree', '/tmp/x'], 0)).toMatchObject({ isRolling: true, tree: '/tmp/x' });
  expect(parseDrill(['--help'], 0)).toBe('help');
  const defaults = { seconds: 60, seed: 234_567, isCluster: false, only: FAULT_KINDS, isRolling: false };
  expect(parseDrill([], 1_234_567)).toEqual({ ...defaults, tree: undefined });
});
