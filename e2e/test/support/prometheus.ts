import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePorts, until } from '@fanfare/testkit';
import { parse, stringify } from 'yaml';

export const MONITORING = fileURLToPath(new URL('../../../infra/monitoring', import.meta.url));

/** A series that a query found. */
interface Sample {
  labels: Record<string, string>;
  value: number;
}

/** What Prometheus answers to a query: data, or what is wrong with it. */
interface Answer {
  data?: { result: { metric: Record<string, string>; value: [number, string] }[] };
  error?: string;
}

/** A real Prometheus with our configuration and rules. */
export interface PrometheusServer extends AsyncDisposable {
  /** Evaluates an expression now. @throws if it is refused. */
  query(expr: string): Promise<Sample[]>;
}

/** Starts Prometheus, which scrapes these ports every other second, by the names of our jobs. */
export async function startPrometheus(ports: Record<string, number>): Promise<PrometheusServer> {
  const folder = await mkdtemp(join(tmpdir(), 'fanfare-prometheus-'));
  const ours = parse(await readFile(`${MONITORING}/prometheus.yml`, 'utf8'));
  const config = {
    ...ours,
    global: { scrape_interval: '2s', evaluation_interval: '1s' },
    rule_files: ours.rule_files.map((file: string) => `${MONITORING}/${file}`),
    scrape_configs: ours.scrape_configs.map(({ job_name }: { job_name: string }) => ({
      job_name,
      static_configs: [{ targets: [`127.0.0.1:${ports[job_name]}`] }],
    })),
  };
  await writeFile(join(folder, 'prometheus.yml'), stringify(config));
  const [port] = await freePorts(1);
  const url = `http://127.0.0.1:${port}`;
  const args = [`--web.listen-address=127.0.0.1:${port}`, `--storage.tsdb.path=${folder}/data`, '--log.level=error'];
  const child = spawn('prometheus', [`--config.file=${folder}/prometheus.yml`, ...args], { stdio: 'inherit' });
  const ended = once(child, 'exit');
  const isReady = async () => (await fetch(`${url}/-/ready`).catch(() => undefined))?.ok;
  await until(isReady, 'Prometheus is ready');
  return {
    async query(expr) {
      const answer = await fetch(`${url}/api/v1/query`, { method: 'POST', body: new URLSearchParams({ query: expr }) });
      const { data, error } = (await answer.json()) as Answer;
      if (!data) throw new Error(`${expr}: ${error}`);
      return data.result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }));
    },
    async [Symbol.asyncDispose]() {
      child.kill();
      await ended;
      await rm(folder, { recursive: true });
    },
  };
}
