import type { Env } from '@fanfare/runtime';
import { Api } from '../api.ts';
import type { Output } from '../output.ts';
import { type Finding, ok, problem, skipped } from './finding.ts';
import { checkAddresses, checkClock } from './machine.ts';
import { checkProviders } from './providers.ts';
import { checkWrites } from './redis.ts';
import { fromVerdict, readSystem, type SystemView } from './system.ts';

/** The options of `fanfare doctor`. */
export interface DoctorOptions {
  /** The API. */
  url: string;
  adminKey: string;
  /** Prints findings as JSON. */
  json: boolean;
}

const MARKS: Record<Finding['kind'], string> = {
  ok: 'ok     ',
  problem: 'PROBLEM',
  warning: 'warning',
  skipped: '–      ',
};

/** Runs `fanfare doctor`; the exit code: 1 if there is a problem, 2 if the API could not be asked. */
export async function doctor(options: DoctorOptions, env: Env, output: Output, now = Date.now): Promise<number> {
  const findings: Finding[] = [];
  const report = (found: readonly Finding[]) => {
    findings.push(...found);
    if (!options.json) for (const finding of found) print(finding, output);
  };
  const { url, adminKey } = options;
  const { signal } = new AbortController();
  const system = await ask(new Api(url, { adminkey: adminKey }, signal), report, options, now);
  if (system) {
    report(fromVerdict(system));
    report(await checkProviders(system, { url, adminKey, signal }));
  }
  report([
    env.REDIS_URL ? await checkWrites(env.REDIS_URL) : skipped('REDIS_URL is not set here: speed not measured.'),
  ]);
  report(await checkAddresses(env, url));
  const problems = findings.filter(({ kind }) => kind === 'problem').length;
  if (options.json) output.out(JSON.stringify({ problems, findings }));
  else
    output.out(problems === 0 ? 'No problem found.' : `${problems} ${problems === 1 ? 'problem' : 'problems'} found.`);
  if (!system) return 2;
  return problems === 0 ? 0 : 1;
}

/** The state of the system; undefined, and reported, if the API does not give it. */
async function ask(
  api: Api,
  report: (found: Finding[]) => void,
  { url }: DoctorOptions,
  now: () => number,
): Promise<SystemView | undefined> {
  const start = now();
  try {
    const system = await readSystem(api);
    const end = now();
    report([ok(`The API answers at ${url}.`), checkClock(end, system.at, end - start)]);
    return system;
  } catch (error) {
    const { message } = error as Error;
    report([
      problem(`The API at ${url} gives no answer: ${message}.`, 'Check FANFARE_URL, FANFARE_ADMIN_KEY and ingest.'),
    ]);
    return undefined;
  }
}

function print(finding: Finding, { out }: Output): void {
  out(`${MARKS[finding.kind]}  ${finding.what}`);
  if ('remedy' in finding) out(`         → ${finding.remedy}`);
}
