import { readEnv, run } from '@fanfare/runtime';
import { start } from './app.ts';
import { IngestEnv } from './config.ts';

await run(() => start(readEnv(IngestEnv)), { name: 'ingest' });
