import { run } from '@fanfare/runtime';
import { readConfig, start } from './app.ts';

await run(() => start(readConfig()), { name: 'simulator' });
