/** A program of the checkout that `fanfare` starts. */
export type Workspace = 'simulate' | 'bench' | 'drill';

/** What each is, below the root of the checkout. */
export const PROGRAMS: Record<Workspace, string> = {
  simulate: 'apps/simulator/dist/main.js',
  bench: 'bench/dist/main.js',
  drill: 'bench/dist/drill/main.js',
};
