/** A clock that stands still until the test moves it. Pass `now` to the code under test. */
export interface HandClock {
  /** Epoch milliseconds. Bound, so it can be passed around. */
  now(): number;
  /** Moves forward by this many milliseconds; a negative number moves back, as real clocks sometimes do. */
  advance(ms: number): void;
  /** Sets the time. */
  set(ms: number): void;
}

/** Creates a manual clock that starts at `startMs`. */
export function handClock(startMs: number): HandClock {
  let timeMs = startMs;
  return {
    now: () => timeMs,
    advance: (ms) => {
      timeMs += ms;
    },
    set: (ms) => {
      timeMs = ms;
    },
  };
}
