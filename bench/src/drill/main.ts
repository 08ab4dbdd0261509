import { UsageError } from '../command-line.ts';
import { HELP, parseDrill } from './command-line.ts';
import { drill } from './drill.ts';
import { rolling } from './rolling/rolling.ts';
import { isUnnoticed, rollingLine } from './rolling/rolling-verdict.ts';
import { Screen } from './screen.ts';
import { isGood, verdictLine } from './verdict.ts';

/** Exit code 1 if the system failed the drill, 2 if the command line is wrong. */
async function main(): Promise<void> {
  const options = parseDrill(process.argv.slice(2), Date.now());
  if (options === 'help') return void process.stdout.write(`${HELP}\n`);
  const screen = new Screen(process.stdout);
  if (options.isRolling) {
    const verdict = await rolling(options, screen);
    screen.end(rollingLine(verdict));
    process.exitCode = isUnnoticed(verdict) ? 0 : 1;
    return;
  }
  const verdict = await drill(options, screen);
  screen.end(verdictLine(verdict));
  process.exitCode = isGood(verdict) ? 0 : 1;
}

await main().catch((error: Error) => {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`drill: ${error.message}\n`);
  process.exitCode = 2;
});
