import { readFileSync } from 'node:fs';
import { FanfareAdmin, FanfareClientError } from '@fanfare/client';
import type { Env } from '@fanfare/runtime';
import type { Output } from '../output.ts';
import { DEFAULT_URL } from '../subcommand.ts';
import { Terminal } from '../terminal.ts';
import { UsageError } from '../usage-error.ts';
import { actor } from './actor.ts';
import { errorLine } from './error-line.ts';
import type { OperatorFlags } from './flags.ts';
import type { Input, Operation, Operator, Screen } from './operator.ts';
import { orStopped } from './or-stopped.ts';

/** The process around a command. */
export interface Surroundings {
  env: Env;
  output: Output;
  /** Undefined where standard output is not a terminal. */
  screen?: Screen | undefined;
  input: Input;
  signal: AbortSignal;
  now(): number;
}

/** Longer than the API waits for the answer to a test push. */
const TIMEOUT_MS = 20_000;

/**
 * Runs a command on the API; the exit code: the command's own, 2 if the API refuses or does not answer, or 1 once the
 * signal cuts it off; what it waits for then stays pending.
 * @throws UsageError if the command line or environment lacks something.
 */
export async function runOperation(flags: OperatorFlags, operation: Operation, around: Surroundings): Promise<number> {
  const cut = new AbortController();
  const onStop = () => cut.abort();
  around.signal.addEventListener('abort', onStop, { once: true });
  const stopsItself = () => around.signal.removeEventListener('abort', onStop);
  try {
    return (await orStopped(cut.signal, operation({ ...operatorOf(flags, around), stopsItself }))) ?? 1;
  } catch (error) {
    if (around.signal.aborted) return 1;
    if (!(error instanceof FanfareClientError)) throw error;
    around.output.error(errorLine(error, urlOf(flags, around.env)));
    return 2;
  }
}

const urlOf = ({ url }: OperatorFlags, { FANFARE_URL }: Env): string => url ?? (FANFARE_URL || DEFAULT_URL);

function operatorOf(flags: OperatorFlags, around: Surroundings): Omit<Operator, 'stopsItself'> {
  const { env, screen } = around;
  const { app, json } = flags;
  const isJson = json === true;
  const url = urlOf(flags, env);
  const admin = new FanfareAdmin({ url, adminKey: adminKeyOf(env), actor: actor(), timeoutMs: TIMEOUT_MS });
  const appId = async () => app ?? (env.FANFARE_APP || (await onlyApp(admin)));
  return {
    ...around,
    url,
    admin,
    appId,
    app: async () => admin.app(await appId()),
    isJson,
    terminal: new Terminal({ isTTY: screen !== undefined && !isJson, write: () => undefined }, env),
    screen: isJson ? undefined : screen,
  };
}

/** @throws UsageError if there is none. */
function adminKeyOf({ FANFARE_ADMIN_KEY: key, FANFARE_ADMIN_KEY_FILE: file }: Env): string {
  if (key) return key;
  if (!file) throw new UsageError("FANFARE_ADMIN_KEY is not set: the operator's key");
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw new UsageError(`FANFARE_ADMIN_KEY_FILE: ${(error as Error).message}`);
  }
}

async function onlyApp(admin: FanfareAdmin): Promise<string> {
  const { data } = await admin.apps({ limit: 20 });
  const [first, ...others] = data.map(({ appId }) => appId);
  if (first === undefined) throw new UsageError('There is no app yet: fanfare apps create <appId>');
  if (others.length === 0) return first;
  throw new UsageError(`There are several apps: choose one with --app. They are: ${[first, ...others].join(', ')}`);
}
