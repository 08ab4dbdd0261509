import * as fanout from '@fanfare/fanout/app';
import * as ingest from '@fanfare/ingest/app';
import { type Closer, createLogger, type Env, type LoggerOptions } from '@fanfare/runtime';
import * as sender from '@fanfare/sender/app';
import * as simulator from '@fanfare/simulator/app';
import { SIMULATOR_HOST } from './dev-env.ts';

/** What all apps of one process share. */
export interface Shared {
  closer: Closer;
  /** Everything but PORT. */
  env: Env;
  /** Where their logs go. */
  log: NonNullable<LoggerOptions['destination']>;
}

/** Starts each app in this process on the port it is given; the closer closes them. */
export function apps({ closer, env, log }: Shared) {
  const opened = async <App extends { close(): Promise<void> }>(name: string, starting: Promise<App>): Promise<App> =>
    closer.add(name, await starting, (app) => app.close());
  const logger = (name: string, level: LoggerOptions['level']) => createLogger({ name, level, destination: log });
  const withPort = (port: number): Env => ({ ...env, PORT: String(port) });
  return {
    simulator(port: number): Promise<simulator.Simulator> {
      const config = simulator.readConfig({ ...withPort(port), HOST: SIMULATOR_HOST });
      return opened('simulator', simulator.start(config, { log: logger('simulator', config.logLevel) }));
    },
    ingest(port: number): Promise<ingest.Ingest> {
      const config = ingest.readConfig(withPort(port));
      return opened('ingest', ingest.start(config, { log: logger('ingest', config.LOG_LEVEL) }));
    },
    fanout(port: number): Promise<fanout.Fanout> {
      const config = fanout.readConfig(withPort(port));
      return opened('fanout', fanout.start(config, { log: logger('fanout', config.LOG_LEVEL) }));
    },
    sender(port: number, onAttempt: (attempt: sender.AttemptRecord) => void): Promise<sender.Sender> {
      const config = sender.readConfig(withPort(port));
      return opened('sender', sender.start(config, { log: logger('sender', config.LOG_LEVEL), onAttempt }));
    },
  };
}
