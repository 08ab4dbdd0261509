import { readEnv, run } from '@fanfare/runtime';
import { start } from './app.ts';
import { FanoutEnv } from './config.ts';

await run(() => start(readEnv(FanoutEnv)), { name: 'fanout' });
