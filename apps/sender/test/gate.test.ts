import { handClock } from '@fanfare/testkit';
import { describe, expect, test } from '@jest/globals';
import { type Admission, Gate } from '../src/gate.ts';

const START = 1_800_000_000_000;

const at = (name: string) => ({ appId: 'demo', name });

function setup(limit = 2) {
  const clock = handClock(START);
  const gate = new Gate({ limit, now: clock.now, random: () => 0 });
  const enter = (name = 'a') => {
    const admission = gate.enter(at(name));
    if (!admission.ok) throw new Error(`turned away for ${admission.waitMs} ms`);
    return admission;
  };
  /** Sends that end after `ms`, one after the other. */
  const send = (count: number, failed: boolean, ms = 0) => {
    for (let i = 0; i < count; i++) {
      const admission = enter();
      clock.advance(ms);
      admission.left(failed ? 'failed' : 'fine');
    }
  };
  return { clock, gate, enter, send };
}

const waitOf = (admission: Admission): number => (admission.ok ? 0 : admission.waitMs);

describe('the limit', () => {
  test('admits a fixed number at a time, and the next once one has left', () => {
    const { gate, enter } = setup();
    const first = enter();
    enter();
    expect(gate.enter(at('a')).ok).toBe(false);
    first.left('fine');
    expect(gate.enter(at('a')).ok).toBe(true);
  });

  test('applies to each endpoint separately', () => {
    const { gate, enter } = setup(1);
    enter('a');
    expect(gate.enter(at('a')).ok).toBe(false);
    expect(gate.enter(at('b')).ok).toBe(true);
  });

  test('gives waiting sends consecutive slots at the pace of the endpoint', () => {
    const { gate, enter, send } = setup(2);
    send(200, false, 400);
    enter();
    enter();
    const waits = Array.from({ length: 4 }, () => waitOf(gate.enter(at('a'))));
    expect(waits).toEqual([600, 800, 1000, 1200]);
  });
});

describe('an origin that two apps use', () => {
  const of = (appId: string, path = '') => ({
    appId,
    name: `https://chat.example${path}`,
    origin: 'https://chat.example',
  });
  const enterAll = (gate: Gate, appId: string) => {
    const admitted = [];
    for (let next = gate.enter(of(appId)); next.ok; next = gate.enter(of(appId))) admitted.push(next);
    return admitted;
  };

  test('gives one app half of its limit while the other sends as well', () => {
    const { gate } = setup(8);
    gate.enter(of('a'));
    expect(gate.enter(of('b')).ok).toBe(true);
    expect([enterAll(gate, 'a').length, enterAll(gate, 'b').length]).toEqual([3, 3]);
    expect(gate.enter(of('c')).ok).toBe(false);
  });

  test('gives one app all of its limit while it is alone, and the next place to the other', () => {
    const { clock, gate } = setup(8);
    gate.enter(of('b'));
    clock.advance(10_000);
    const [first] = enterAll(gate, 'a');
    expect(gate.enter(of('b')).ok).toBe(false);
    first?.left('fine');
    expect(gate.enter(of('a')).ok).toBe(false);
    expect(gate.enter(of('b')).ok).toBe(true);
  });

  test('is one origin, whatever the paths', () => {
    const { gate } = setup(2);
    gate.enter(of('a', '/1'));
    gate.enter(of('b', '/2'));
    expect(gate.enter(of('b', '/3')).ok).toBe(false);
  });

  test('stays open for one app when the breaker of the other has opened', () => {
    const { gate } = setup(8);
    for (let i = 0; i < 20; i++) {
      const admission = gate.enter(of('a'));
      if (admission.ok) admission.left('failed');
    }
    expect(gate.enter(of('a')).ok).toBe(false);
    expect(gate.enter(of('b')).ok).toBe(true);
  });
});

describe('the breaker', () => {
  test('opens when half of at least twenty sends in the window have failed', () => {
    const { gate, send } = setup();
    send(10, false);
    send(9, true);
    expect(gate.enter(at('a')).ok).toBe(true);
    const { gate: other, send: sendOther } = setup();
    sendOther(10, false);
    sendOther(10, true);
    expect(waitOf(other.enter(at('a')))).toBe(5000);
  });

  test('does not open when the failures are spread over windows', () => {
    const { clock, gate, send } = setup();
    send(19, true);
    clock.advance(10_000);
    send(19, true);
    expect(gate.enter(at('a')).ok).toBe(true);
  });

  test('admits one trial after its time, and closes if that succeeds', () => {
    const { clock, gate, enter, send } = setup();
    send(20, true);
    clock.advance(5000);
    const trial = enter();
    expect(gate.enter(at('a')).ok).toBe(false);
    trial.left('fine');
    expect(gate.enter(at('a')).ok).toBe(true);
  });

  test('is neither closed nor opened again by a send from before the trial', () => {
    const { clock, gate, enter, send } = setup(30);
    const slow = enter();
    send(20, true);
    clock.advance(5000);
    const trial = enter();
    slow.left('failed');
    trial.left('fine');
    expect(gate.enter(at('a')).ok).toBe(true);
  });

  test('stays open no longer than its maximum for calls', () => {
    const clock = handClock(START);
    const gate = new Gate({ limit: 2, longestOpenMs: 2000, now: clock.now, random: () => 0 });
    const admission = gate.enter(at('a'));
    if (admission.ok) admission.left('refused');
    expect(waitOf(gate.enter(at('a')))).toBe(2000);
  });

  test('stays open twice as long each time the trial fails, up to a minute', () => {
    const { clock, gate, enter, send } = setup();
    send(20, true);
    const waits: number[] = [];
    for (let i = 0; i < 6; i++) {
      const wait = waitOf(gate.enter(at('a')));
      waits.push(wait);
      clock.advance(wait);
      enter().left('failed');
    }
    expect(waits).toEqual([5000, 10_000, 20_000, 40_000, 60_000, 60_000]);
  });

  test('opens immediately after a refusal that applies to all sends', () => {
    const { gate, enter } = setup();
    enter().left('refused');
    expect(waitOf(gate.enter(at('a')))).toBe(5000);
  });

  test('applies to each endpoint separately', () => {
    const { gate, send } = setup();
    send(20, true);
    expect(gate.enter(at('a')).ok).toBe(false);
    expect(gate.enter(at('b')).ok).toBe(true);
  });
});
