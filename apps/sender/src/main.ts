import { besideThread, run } from '@fanfare/runtime';
import { readConfig, start } from './app.ts';

/** Calls have a thread of their own: a ring must not wait for a turn of the other lanes. */
const CALLS = new URL('./calls.js', import.meta.url);

const main = () => {
  const config = readConfig();
  return besideThread(CALLS, (calls) => start(config, { lanes: ['chat', 'bulk'], threads: [calls] }));
};

await run(main, { name: 'sender' });
