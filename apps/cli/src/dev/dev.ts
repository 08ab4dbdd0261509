import { Closer, type Running, run } from '@fanfare/runtime';
import { Terminal } from '../terminal.ts';
import { printBanner, printNextSteps } from './banner.ts';
import { playDemo } from './demo.ts';
import type { DevOptions } from './dev-options.ts';
import { stopWhenAlone } from './stop-when-alone.ts';
import { type Session, type System, startSystem } from './system.ts';

/** `fanfare dev`: runs the whole system in this process until it is stopped. */
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
    // A failure caused by the stop is not reported.
    session.signal.throwIfAborted();
    throw error;
  }
  return { close: () => stop(session) };
}

/** A failed demo prints an error; the system keeps running. */
async function demonstrate(session: Session, system: System): Promise<void> {
  const { terminal, signal } = session;
  try {
    await playDemo(system, terminal, signal);
  } catch (error) {
    signal.throwIfAborted();
    terminal.line(terminal.paint('red', `The demo failed: ${(error as Error).message}`));
  }
  printNextSteps(session, system);
}

async function stop({ closer, terminal }: Session): Promise<void> {
  terminal.progress('stopping: finishing jobs in progress');
  await closer.close();
  terminal.progress('stopped');
}
