import Sequencer from '@jest/test-sequencer';

/** Files that take half a minute or more. Without times of earlier runs jest takes the larger files first. */
const LONG = [
  'held',
  'goaway',
  'kill',
  'million-members',
  'conformance',
  'dev',
  'operator',
  'configure',
  'resume',
  'fair-deliveries',
  'membership-failures',
  'devices',
  'replay-resumed',
  'rings',
  'badges',
  'deploy',
  'rings-stop',
  'full-redis',
  'days-life',
  'retries',
];

/** Starts the longest files first, so that no worker is alone with one at the end. */
export default class extends Sequencer {
  async sort(tests) {
    const sorted = await super.sort(tests);
    const rank = ({ path }) => {
      const at = LONG.findIndex((name) => path.endsWith(`/${name}.test.ts`));
      return at < 0 ? LONG.length : at;
    };
    return sorted.sort((a, b) => rank(a) - rank(b));
  }
}
