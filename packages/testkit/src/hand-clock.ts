/** A clock that stands still until the test moves it. Hand `now` to whatever asks for the time. */
export interface HandClock {
  /** Milliseconds since 1970. Bound, so that it can be passed on by itself. */
  now(): number;
  /** Moves on by so many milliseconds; a negative number moves back, as real clocks sometimes do. */
  advance(ms: number): void;
  /** Moves to this time. */
  set(ms: number): void;
}

/** A hand-turned clock that shows `startMs`. */
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
