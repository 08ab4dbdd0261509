import { expect, test } from '@jest/globals';
import { guardedResolve, UnsafeAddressError } from '../../src/custom/lookup.ts';

const ADDRESS = [{ address: '192.0.2.1', family: 4 }];

/** A resolver with two threads, as getaddrinfo has. Names that begin with `silent` get no answer until `giveUp`. */
function twoThreads() {
  const asked: string[] = [];
  const waiting: (() => void)[] = [];
  const silent = new Set<() => void>();
  let free = 2;
  const thread = async () => {
    if (free === 0) await new Promise<void>((resolve) => waiting.push(resolve));
    else free--;
  };
  const done = () => {
    const next = waiting.shift();
    if (next) next();
    else free++;
  };
  return {
    asked,
    giveUp: () => {
      for (const end of silent) end();
      silent.clear();
    },
    resolve: async (name: string) => {
      await thread();
      asked.push(name);
      try {
        if (name.startsWith('silent')) {
          await new Promise<void>((_, reject) =>
            silent.add(() => reject(Object.assign(new Error('no answer'), { code: 'EAI_AGAIN' }))),
          );
        }
        return ADDRESS;
      } finally {
        done();
      }
    },
  };
}

/** Asks for a name that will not be found. */
const failing = (look: (name: string) => Promise<unknown>, name: string) => look(name).catch(() => undefined);

test('a name that was found before is found, however many names of others get no answer', async () => {
  const { resolve, giveUp } = twoThreads();
  const look = guardedResolve(resolve, () => true);
  await look('good.example');
  const silent = ['silent-1', 'silent-2', 'silent-3', 'silent-4'].map((name) => failing(look, name));
  expect(await look('good.example')).toEqual(ADDRESS);
  for (let n = 0; n < 4; n++) {
    giveUp();
    await new Promise(setImmediate);
  }
  await Promise.all(silent);
});

test('names that got no answer leave room for a new one when they are looked up again', async () => {
  const { resolve, giveUp, asked } = twoThreads();
  const look = guardedResolve(resolve, () => true);
  const names = ['silent-1', 'silent-2'];
  const first = names.map((name) => failing(look, name));
  await new Promise(setImmediate);
  giveUp();
  await Promise.all(first);
  const again = names.map((name) => failing(look, name));
  expect(await look('new.example')).toEqual(ADDRESS);
  expect(asked).toEqual(['silent-1', 'silent-2', 'silent-1', 'new.example']);
  for (let n = 0; n < 2; n++) {
    giveUp();
    await new Promise(setImmediate);
  }
  await Promise.all(again);
});

test('a name that failed once is looked up again before those that fail every time', async () => {
  const asked: string[] = [];
  const failAt = new Map<string, () => void>();
  const resolve = (name: string) =>
    new Promise<never>((_, reject) => {
      asked.push(name);
      failAt.set(name, () => reject(new Error('no answer')));
    });
  const look = guardedResolve(resolve, () => true);
  const lookInVain = async (name: string) => {
    const looking = failing(look, name);
    await new Promise(setImmediate);
    failAt.get(name)?.();
    await looking;
  };
  for (const name of ['bad-1', 'bad-2', 'bad-1', 'bad-2', 'once']) await lookInVain(name);
  const again = ['bad-1', 'bad-2', 'once'].map((name) => failing(look, name));
  await new Promise(setImmediate);
  failAt.get('bad-1')?.();
  await again[0];
  await new Promise(setImmediate);
  expect(asked.slice(-2)).toEqual(['bad-1', 'once']);
  failAt.get('once')?.();
  await again[2];
  await new Promise(setImmediate);
  failAt.get('bad-2')?.();
  await again[1];
});

test('addresses from before are checked as new ones are', async () => {
  let allowed = true;
  const look = guardedResolve(
    async () => ADDRESS,
    () => allowed,
  );
  expect(await look('good.example')).toEqual(ADDRESS);
  allowed = false;
  await expect(look('good.example')).rejects.toThrow(UnsafeAddressError);
});
