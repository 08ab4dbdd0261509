/** The calls of a child process, by name. Arguments and results must be JSON. */
export type Calls = Record<string, (argument: never) => unknown>;

/** A call to a child. */
export interface Call {
  id: number;
  name: string;
  argument: unknown;
}

/** The result of a call. */
export type Reply = { id: number } & ({ kind: 'result'; result: unknown } | { kind: 'problem'; problem: string });

/**
 * Answers the parent's calls until it disconnects; then exits at once: nothing is unfinished, and idle connections
 * would keep the process alive.
 */
export function serve(calls: Calls): void {
  process.on('message', (call: Call) => void answer(calls, call));
  process.once('disconnect', () => process.exit());
}

/** Never rejects. */
async function answer(calls: Calls, { id, name, argument }: Call): Promise<void> {
  let reply: Reply;
  try {
    const call = calls[name] as ((argument: unknown) => unknown) | undefined;
    if (call === undefined) throw new Error(`there is no call ${name}`);
    reply = { id, kind: 'result', result: await call(argument) };
  } catch (error) {
    reply = { id, kind: 'problem', problem: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
  process.send?.(reply);
}
