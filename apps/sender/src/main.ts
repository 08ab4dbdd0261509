import { readEnv, run } from '@fanfare/runtime';
import { start } from './app.ts';
import { SenderEnv } from './config.ts';

await run(() => start(readEnv(SenderEnv)), { name: 'sender' });
