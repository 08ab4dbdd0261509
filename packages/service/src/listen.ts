import { type Closer, startMetricsServer } from '@fanfare/runtime';
import { type Announced, announce } from './announce.ts';
import { metricsNow } from './metrics-now.ts';

/** The ports that a service listens on. */
export interface Listening {
  port: number;
  /** The port of `/metrics`. */
  metricsPort: number;
}

/** An HTTP server that is not listening yet, such as Fastify. */
interface HttpServer {
  listen(address: { host: string; port: number }): Promise<unknown>;
  server: { address(): unknown };
}

type Deps = Parameters<typeof metricsNow>[0] & Parameters<typeof announce>[0];
type Config = Parameters<typeof startMetricsServer>[0] & { HOST: string } & Announced['config'];

/** Opens `/metrics` and `server`, and reports that the process runs. `closer` closes all but `server`. */
export async function listen(
  deps: Deps,
  { config, schema, role, server }: Omit<Announced, 'facts'> & { config: Config; server: HttpServer },
  closer: Closer,
): Promise<Listening> {
  const metricsServer = await startMetricsServer(config, metricsNow(deps));
  closer.add('metrics', metricsServer, (one) => one.close());
  await server.listen({ host: config.HOST, port: config.PORT });
  announce(deps, { role, config, schema }, closer);
  const { port } = server.server.address() as { port: number };
  deps.log.info({ port, metricsPort: metricsServer.port }, `${role}.started`);
  return { port, metricsPort: metricsServer.port };
}
