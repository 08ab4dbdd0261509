import { run } from '@fanfare/runtime';
import { start } from './server/app.ts';
import { readConfig } from './server/config.ts';

await run(() => start(readConfig()), { name: 'console' });
