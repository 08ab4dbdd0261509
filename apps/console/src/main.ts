import { run } from '@fanfare/runtime';
import { start } from './app.ts';
import { readConfig } from './config.ts';

await run(() => start(readConfig()), { name: 'console' });
