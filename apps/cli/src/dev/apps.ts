import * as operatorConsole from '@fanfare/console/app';
import * as fanout from '@fanfare/fanout/app';
import * as ingest from '@fanfare/ingest/app';
import { type Closer, createLogger, type Env, type LoggerOptions } from '@fanfare/runtime';
import * as sender from '@fanfare/sender/app';
import * as simulator from '@fanfare/simulator/app';
import { SIMULATOR_HOST } from './dev-env.ts';

/** What all apps in one process share. */
export interface Shared {
  closer: Closer;
  /** The destination of their logs. */
  log: NonNullable<LoggerOptions['destination']>;
}

/** The simulator's ports. */
export interface SimulatorPorts {
  simulator: number;
  /** The port of FCM and APNs. */
  push: number;
}

/** Starts each app in this process with this environment and a port of its own. The closer closes them. */
export function apps({ closer, log }: Shared) {
  const opened = async <App extends { close(): Promise<void> }>(name: string, starting: Promise<App>): Promise<App> =>
    closer.add(name, await starting, (app) => app.close());
  const logger = (name: string, level: LoggerOptions['level']) => createLogger({ name, level, destination: log });
  const withPort = (env: Env, port: number): Env => ({ ...env, PORT: String(port) });
  return {
    simulator(env: Env, ports: SimulatorPorts): Promise<simulator.Simulator> {
      const own = { ...withPort(env, ports.simulator), TLS_PORT: String(ports.push), HOST: SIMULATOR_HOST };
      const config = simulator.readConfig(own);
      return opened('simulator', simulator.start(config, { log: logger('simulator', config.logLevel) }));
    },
    ingest(env: Env, port: number): Promise<ingest.Ingest> {
      const config = ingest.readConfig(withPort(env, port));
      return opened('ingest', ingest.start(config, { log: logger('ingest', config.LOG_LEVEL) }));
    },
    console(env: Env, port: number): Promise<operatorConsole.Console> {
      const config = operatorConsole.readConfig(withPort(env, port));
      return opened('console', operatorConsole.start(config, { log: logger('console', config.LOG_LEVEL) }));
    },
    fanout(env: Env, port: number): Promise<fanout.Fanout> {
      const config = fanout.readConfig(withPort(env, port));
      return opened('fanout', fanout.start(config, { log: logger('fanout', config.LOG_LEVEL) }));
    },
    sender(env: Env, port: number, onAttempt: (attempt: sender.AttemptRecord) => void): Promise<sender.Sender> {
      const config = sender.readConfig(withPort(env, port));
      return opened('sender', sender.start(config, { log: logger('sender', config.LOG_LEVEL), onAttempt }));
    },
  };
}
