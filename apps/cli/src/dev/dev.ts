import { Closer, type Running, run } from '@fanfare/runtime';
import type { DevOptions } from '../command-line.ts';
import { printBanner, printCurl } from './banner.ts';
import { playDemo } from './demo.ts';
import { stopWhenAlone } from './stop-when-alone.ts';
import { type Session, type System, startSystem } from './system.ts';
import { Terminal } from './terminal.ts';

/** `fanfare dev`: the whole system in this process, until it is told to stop. */
export async function dev(options: DevOptions): Promise<void> {
  const { env } = process;
  stopWhenAlone(env);
  const terminal = new Terminal(process.stdout, env);
  const logTerminal = new Terminal(process.stderr, env);
  await run((signal) => start({ options, env, terminal, logTerminal, closer: new Closer(), signal }), {
    name: 'fanfare',
  });
}

async function start(session: Session): Promise<Running> {
  try {
    const system = await startSystem(session);
    printBanner(session, system);
    await demonstrate(session, system);
  } catch (error) {
    if (!session.signal.aborted) await session.closer.close();
    else await stop(session);
    // What fails because we are told to stop is no failure.
    session.signal.throwIfAborted();
    throw error;
  }
  return { close: () => stop(session) };
}

/** What goes wrong with the demo is worth a word, not the end of a system that runs. */
async function demonstrate({ terminal, signal }: Session, system: System): Promise<void> {
  try {
    await playDemo(system.backend, terminal, signal);
  } catch (error) {
    signal.throwIfAborted();
    terminal.line(terminal.paint('red', `The demo was cut short: ${(error as Error).message}`));
  }
  printCurl('Your turn', terminal, system);
}

async function stop({ closer, terminal }: Session): Promise<void> {
  terminal.progress('stopping: what is in hand is finished');
  await closer.close();
  terminal.progress('stopped');
}
