import { lastPlaces, mayTake } from '@fanfare/providers';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Destination, Places, type Waited } from '../../src/held/places.ts';

const ROOMY: Destination = { enter: () => () => undefined };
/** A destination with a limit of its own. */
function limited(limit: number): Destination {
  let inFlight = 0;
  return {
    enter: () => {
      if (inFlight >= limit) return undefined;
      inFlight++;
      return () => {
        inFlight--;
      };
    },
  };
}

/** Sends of several apps; each app always has more to send. */
class World {
  readonly places: Places;
  time = 0;
  /** In flight, in the order they began. */
  inFlight: { app: string; leave(): void }[] = [];
  served: string[] = [];

  constructor(capacity: number) {
    this.places = new Places(capacity, () => this.time);
  }

  async ask(app: string, to: Destination = ROOMY): Promise<void> {
    const got = (taken: Waited) => {
      if (taken.kind !== 'taken') return;
      this.inFlight.push({ app, leave: taken.leave });
      this.served.push(app);
    };
    const taken = this.places.take(app, to);
    if (taken instanceof Promise) void taken.then(got);
    else got(taken);
    await null;
  }

  async end(index: number): Promise<void> {
    const [one] = this.inFlight.splice(index % this.inFlight.length, 1);
    one?.leave();
    for (let i = 0; i < 5; i++) await null;
  }

  countOf = (app: string): number => this.inFlight.filter((one) => one.app === app).length;
}

const capacity = fc.integer({ min: 1, max: 120 });
const apps = fc.integer({ min: 1, max: 12 }).map((n) => Array.from({ length: n }, (_, i) => `app-${i}`));

test('one app alone uses three quarters, and half once another is active', async () => {
  const world = new World(100);
  for (let i = 0; i < 200; i++) await world.ask('a');
  expect(world.countOf('a')).toBe(75);
  await world.ask('b');
  expect(world.countOf('b')).toBe(1);
  for (let i = 0; i < 40; i++) await world.end(0);
  expect(world.countOf('a')).toBe(50);
  world.time += 10_000;
  await world.ask('a');
  for (let i = 0; i < 80; i++) await world.end(0);
  expect(world.countOf('a')).toBe(75);
});

test('three apps with all they can send leave a fourth its share at once', async () => {
  const world = new World(100);
  for (let i = 0; i < 200; i++) for (const app of ['a', 'b', 'c']) await world.ask(app);
  expect(['a', 'b', 'c'].map(world.countOf)).toEqual([25, 25, 25]);
  for (let i = 0; i < 50; i++) await world.ask('d');
  expect(world.countOf('d')).toBeGreaterThanOrEqual(18);
});

test('a full destination holds up neither the app’s others nor other apps', async () => {
  const world = new World(20);
  const slow = limited(2);
  for (let i = 0; i < 10; i++) await world.ask('a', slow);
  expect(world.countOf('a')).toBe(2);
  await world.ask('a');
  await world.ask('b');
  expect([world.countOf('a'), world.countOf('b')]).toEqual([3, 1]);
});

test('what is called off is sent by no one, and the others go on', async () => {
  const world = new World(4);
  const slow = limited(1);
  const waiting = [1, 2, 3].map(() => world.places.take('a', slow));
  world.places.callOff('a', slow);
  expect(await Promise.all(waiting)).toMatchObject([{ kind: 'taken' }, { kind: 'called_off' }, { kind: 'called_off' }]);
  await world.ask('b');
  expect(world.countOf('b')).toBe(1);
});

test('the places are never exceeded, and no app takes a new one beyond half of a shared lane', async () => {
  await fc.assert(
    fc.asyncProperty(capacity, apps, fc.array(fc.nat(), { maxLength: 300 }), async (places, names, moves) => {
      const world = new World(places);
      for (const move of moves) {
        const app = names[move % names.length] as string;
        const before = new Map(names.map((name) => [name, world.countOf(name)]));
        if (move % 3 === 0 && world.inFlight.length > 0) await world.end(move);
        else await world.ask(app);
        expect(world.inFlight.length).toBeLessThanOrEqual(places);
        const active = names.filter((name) => world.countOf(name) > 0);
        for (const name of active) {
          const grew = world.countOf(name) > (before.get(name) ?? 0);
          if (grew && active.length > 1)
            expect(world.countOf(name)).toBeLessThanOrEqual(Math.max(1, Math.floor(places / 2)));
        }
      }
    }),
    { numRuns: 100 },
  );
});

test('when the sends in flight have ended once, newcomers find room at once', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 2, max: 120 }), apps, fc.nat(), async (places, names, seed) => {
      const world = new World(places);
      for (let i = 0; i < places * 2; i++) {
        // In uneven bursts: some begin alone.
        for (const name of names) if ((seed + i) % (names.indexOf(name) + 1) === 0) await world.ask(name);
      }
      for (let left = world.inFlight.length; left > 0; left--) await world.end(0);
      const newcomers = Array.from({ length: lastPlaces(places) }, (_, i) => `new-${i}`);
      for (const each of newcomers) await world.ask(each);
      // As far as there are fewer apps than places.
      if (names.length + newcomers.length <= places / 2) {
        expect(newcomers.map(world.countOf)).toEqual(newcomers.map(() => 1));
      }
    }),
    { numRuns: 100 },
  );
});

test('no app starves: it is served before as many sends have ended as there are places and apps', async () => {
  await fc.assert(
    fc.asyncProperty(capacity, apps, async (places, names) => {
      const world = new World(places);
      for (let i = 0; i < places * 3; i++) for (const name of names) await world.ask(name);
      const since = new Map(names.map((name) => [name, 0]));
      let seen = world.served.length;
      for (let ends = 0; ends < places * 2; ends++) {
        await world.end(0);
        for (const name of names) since.set(name, (since.get(name) ?? 0) + 1);
        for (const name of world.served.slice(seen)) since.set(name, 0);
        seen = world.served.length;
        expect(Math.max(...since.values())).toBeLessThanOrEqual(places + names.length);
      }
    }),
    { numRuns: 60 },
  );
});

test('an app without a place may always take a free one', () => {
  fc.assert(
    fc.property(capacity, fc.nat({ max: 200 }), fc.boolean(), (places, n, isShared) =>
      mayTake({ capacity: places, free: 1, mine: 0, apps: n, isShared }),
    ),
  );
});
