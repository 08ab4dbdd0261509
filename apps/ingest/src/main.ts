import { setFlagsFromString } from 'node:v8';
import { run } from '@fanfare/runtime';
import { start } from './app.ts';
import { readConfig } from './config.ts';

// Lines of an import outlive a scavenge or two. V8 would take them for long-lived and allocate all later ones in old
// space, which grows by 100 MB before it is collected (docs/performance.md, "Memory of an import").
setFlagsFromString('--no-allocation-site-pretenuring');

await run(() => start(readConfig()), { name: 'ingest' });
