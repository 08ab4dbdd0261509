import { register } from 'node:module';

/** Options of Node for a process of ours that observes nothing. */
export const UNOBSERVED = ['--import', import.meta.url];

// Only in such a process: everything that is imported after this file passes the hooks.
if (process.execArgv.includes(import.meta.url)) register('./hooks.js', import.meta.url);
