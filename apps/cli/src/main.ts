import { type Command, parseCommandLine, UsageError } from './command-line.ts';

/** Runs the command line. Sets exit code 2 if it is wrong. */
async function main(): Promise<void> {
  const command = parse();
  if (command === undefined) return;
  if (command.name === 'print') return console.log(command.text);
  if (command.name === 'init') {
    const { init } = await import('./init/init.ts');
    process.exitCode = await init(command.options, { out: console.log, error: console.error });
    return;
  }
  if (command.name === 'keys') {
    const { keys } = await import('./keys/keys.ts');
    process.exitCode = await keys(command.action, process.env, { out: console.log, error: console.error });
    return;
  }
  if (command.name === 'import') {
    const { runImport } = await import('./import/import.ts');
    process.exitCode = await runImport(command.options, { out: console.log, error: console.error });
    return;
  }
  // Loaded late: the apps take half a second to load, and --help should not.
  const { dev } = await import('./dev/dev.ts');
  await dev(command.options);
}

function parse(): Command | undefined {
  try {
    return parseCommandLine(process.argv.slice(2), process.env);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(`fanfare: ${error.message}`);
    process.exitCode = 2;
    return undefined;
  }
}

await main();
