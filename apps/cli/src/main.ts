import { CommanderError } from 'commander';
import type { Actions } from './actions.ts';
import type { Output } from './output.ts';
import { createProgram } from './program.ts';
import { UsageError } from './usage-error.ts';

const { env, stdin, stdout } = process;
const output: Output = { out: console.log, error: console.error };

/** Loaded when they are needed: the apps take half a second to load, and --help should not. */
const actions: Actions = {
  completion: async (shell, program) =>
    output.out((await import('./completion/completion.ts')).completionScript(shell, program)),
  dev: async (options) => (await import('./dev/dev.ts')).dev(options),
  doctor: async (options) => exit(await (await import('./doctor/doctor.ts')).doctor(options, env, output)),
  init: async (options) => exit(await (await import('./init/init.ts')).init(options, output)),
  import: async (command) => exit(await (await import('./import/import.ts')).runImport(command, output, screen())),
  size: async (load, isJson) => (await import('./size/size.ts')).size(load, isJson, output),
  keys: async (action, options) => exit(await (await import('./keys/keys.ts')).keys(action, options, env, output)),
  operate: async (flags, operation) => {
    const { runOperation } = await import('./operator/run.ts');
    const stop = new AbortController();
    process.once('SIGINT', () => stop.abort());
    stdin.setEncoding('utf8');
    const input = Object.assign(stdin as AsyncIterable<string>, { isTTY: stdin.isTTY === true });
    exit(
      await runOperation(flags, operation, {
        env,
        output,
        screen: screen(),
        input,
        signal: stop.signal,
        now: Date.now,
      }),
    );
    // A request or standard input that was cut off would keep the process.
    if (stop.signal.aborted) process.exit();
  },
  workspace: async (program, args) =>
    exit(await (await import('./workspace/run-program.ts')).runProgram(program, args, output)),
};

/** Undefined where standard output is not a terminal. */
const screen = () => (stdout.isTTY ? stdout : undefined);

function exit(code: number): void {
  process.exitCode = code;
}

// A reader that has seen enough, such as `head`, closes the pipe.
stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

/** Runs the command line. Sets exit code 2 if it is wrong. */
async function main(): Promise<void> {
  const program = createProgram(actions, env);
  if (process.argv.length === 2) return program.outputHelp();
  try {
    await program.parseAsync();
  } catch (error) {
    if (error instanceof UsageError) console.error(`fanfare: ${error.message}`);
    else if (!(error instanceof CommanderError)) throw error;
    exit(error instanceof CommanderError && error.exitCode === 0 ? 0 : 2);
  }
}

await main();
