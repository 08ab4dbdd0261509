import type { Api } from '../api.ts';
import { type Finding, ok, problem, warning } from './finding.ts';

/** What the doctor reads of `GET /v3/system`. */
export interface SystemView {
  /** The time in Redis, epoch ms. */
  at: number;
  verdict: { level: string; code: string; sentence: string }[];
  processes: { role: string; providers?: string[] }[];
  redis: { fullness: number; durability: string; maxmemoryPolicy: string };
}

/** From this share of `maxmemory` on, finished events leave early. */
const TRIMMING_FROM = 0.6;

const MORE_MEMORY = 'Raise maxmemory, or keep less: docs/sizing.md has the bytes per message.';
const REMEDIES: Record<string, string> = {
  no_fanout: 'Start one: node apps/fanout/dist/main.js',
  no_sender: 'Start one with SENDER_PROVIDERS set to what is missing: node apps/sender/dist/main.js',
  breaker_open: 'Repair it, then try it: fanfare test-push. Deliveries wait until their deadlines.',
  tokens_guarded: 'Check that the credential is that of the app on the devices: docs/providers.md#dead-tokens',
  lane_paused: 'Resume it on the System page of the console: docs/operations.md#pause-a-lane',
  stuck: 'fanfare status shows whether workers are missing or an endpoint refuses: docs/runbooks/stuck.md',
  redis_memory: MORE_MEMORY,
  redis_unsafe: 'Set appendonly yes, appendfsync always and maxmemory-policy noeviction: infra/redis/redis.conf',
  mixed_versions: 'Finish the upgrade: UPGRADING.md has the order.',
};

/** @throws DevError if the API does not answer, or refuses the key. */
export async function readSystem(api: Api): Promise<SystemView> {
  return (await api.call<{ data: SystemView }>('GET /v3/system')).data;
}

/** What the system says of itself, with remedies. */
export function fromVerdict({ verdict, processes, redis }: SystemView): Finding[] {
  const findings = verdict
    .filter(({ code }) => code !== 'ok')
    .map(({ level, code, sentence }) => {
      const remedy = REMEDIES[code] ?? 'See docs/operations.md.';
      return level === 'warning' ? warning(sentence, remedy) : problem(sentence, remedy);
    });
  if (redis.fullness >= TRIMMING_FROM && !verdict.some(({ code }) => code === 'redis_memory')) {
    const percent = Math.round(100 * redis.fullness);
    findings.push(problem(`Redis is ${percent} % full: what is finished leaves early.`, MORE_MEMORY));
  }
  if (findings.length > 0) return findings;
  const running = [...new Set(processes.map(({ role }) => role))].join(', ');
  return [
    ok(`Queues are keeping up; ${running} are running, all of one version.`),
    ok(`Redis keeps what was accepted (${redis.durability}), and is ${Math.round(100 * redis.fullness)} % full.`),
  ];
}
