#!/usr/bin/env node
// Committed as it is, because npm links no bin whose file does not exist when it installs.
import { existsSync } from 'node:fs';

const main = new URL('../dist/main.js', import.meta.url);
if (existsSync(main)) {
  await import(main.href);
} else {
  console.error('fanfare: not built yet; run "npm run build" first');
  process.exitCode = 1;
}
