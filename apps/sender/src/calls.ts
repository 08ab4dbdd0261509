import { serveThread } from '@fanfare/runtime';
import { readConfig } from './config.ts';
import { startLanes } from './lanes.ts';

await serveThread(() => startLanes(readConfig(), ['call']));
