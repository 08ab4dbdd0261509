import { createServer } from 'node:http';
import { listen } from '@fanfare/runtime';
import { expect, test } from '@jest/globals';
import { freePorts } from '../src/dev/ports.ts';
import { DevError } from '../src/terminal.ts';

const host = '127.0.0.1';

test('a port that is taken is skipped', async () => {
  const taken = await listen(createServer(), { host, port: 0 });
  const { app } = await freePorts({ app: { host, port: taken.port } });
  await taken.close();
  expect(app).toBeGreaterThan(taken.port);
});

test('two names that prefer the same port get two ports', async () => {
  const { port } = await freePorts({ port: { host, port: 0 } });
  const { one, two } = await freePorts({ one: { host, port }, two: { host, port } });
  expect(one).not.toBe(two);
});

test('an address that cannot be listened on is an error that names it', async () => {
  await expect(freePorts({ app: { host: '192.0.2.1', port: 8080 } })).rejects.toThrow(DevError);
  await expect(freePorts({ app: { host: '192.0.2.1', port: 8080 } })).rejects.toThrow('192.0.2.1:8080');
});
