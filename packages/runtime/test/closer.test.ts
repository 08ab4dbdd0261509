import { expect, test } from '@jest/globals';
import { Closer } from '../src/index.ts';

test('resources are closed in sequence, the last opened first', async () => {
  const closer = new Closer();
  const order: string[] = [];
  closer.add('redis', 'redis', async (name) => void order.push(name));
  const worker = closer.add('worker', { name: 'worker' }, async (it) => {
    order.push(`${it.name} begins`);
    await Promise.resolve();
    order.push(`${it.name} ends`);
  });
  expect(worker).toEqual({ name: 'worker' });
  await closer.close();
  expect(order).toEqual(['worker begins', 'worker ends', 'redis']);
});

test('closing again closes nothing twice and waits for the first', async () => {
  const closer = new Closer();
  let closed = 0;
  closer.add('redis', null, () => {
    closed += 1;
  });
  await Promise.all([closer.close(), closer.close()]);
  await closer.close();
  expect(closed).toBe(1);
});

test('a failure to close does not keep the rest open, and every failure is reported', async () => {
  const closer = new Closer();
  const gone = new Error('gone');
  let closed = false;
  closer.add('redis', null, () => {
    closed = true;
  });
  closer.add('queue', null, () => Promise.reject(gone));
  closer.add('server', null, () => {
    throw new Error('busy');
  });
  const failure = await closer.close().then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(closed).toBe(true);
  expect(failure).toBeInstanceOf(AggregateError);
  expect(failure).toMatchObject({
    message: 'could not close server: busy; could not close queue: gone',
    errors: [expect.objectContaining({ message: expect.stringContaining('server') }), { cause: gone }],
  });
});

test('a resource added while closing is closed too, and one added later is refused', async () => {
  const closer = new Closer();
  let late = false;
  closer.add('first', null, () => {
    closer.add('late', null, () => {
      late = true;
    });
  });
  await closer.close();
  expect(late).toBe(true);
  expect(() => closer.add('redis', null, () => undefined)).toThrow('redis was opened after everything was closed');
});
