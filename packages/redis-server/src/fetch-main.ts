import { findRedis } from './find-redis.ts';

/** `npm run redis`: finds or fetches a server for tests and `fanfare dev`, and prints which. Exit code 1: none. */
async function main(): Promise<void> {
  if (process.env.REDIS_URL?.trim()) return console.log('redis: using the server that REDIS_URL names');
  const { command, version } = await findRedis({ log: console.log });
  console.log(`redis: using ${command} (${version})`);
}

await main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
