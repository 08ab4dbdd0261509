import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { FanfareServer } from '@fanfare/client';
import { expect, test } from '@jest/globals';
import { exampleEnv } from '../support/example.ts';
import { startProcess } from '../support/process.ts';
import { startSystem } from '../support/system.ts';

const MEMBERS = 1_000_000;
/** What ingest may take of the machine meanwhile, all of the process. */
const LIMIT_MB = 250;

/** Only Linux tells the most memory that a process of another program's has ever had. */
const onLinux = existsSync('/proc/self/status') ? test : test.skip;

async function* uids(): AsyncGenerator<string> {
  for (let i = 0; i < MEMBERS; i++) yield `member-${String(i).padStart(7, '0')}`;
}

/** The most resident memory the process has had so far: VmHWM, proc_pid_status(5). */
async function peakMb(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024;
}

onLinux(
  'a million members are loaded through the API in bounded memory (needs /proc)',
  async () => {
    await using system = await startSystem({ apps: [] });
    const { FANFARE_API_KEY: apiKey = '' } = await exampleEnv(system);
    await using ingest = await startProcess('ingest', system.env);
    const fanfare = new FanfareServer({ url: ingest.url, apiKey });
    const before = await peakMb(ingest.pid);
    const startedAt = performance.now();
    expect(await fanfare.setGroupMembers('everyone', uids())).toBe(MEMBERS);
    const seconds = (performance.now() - startedAt) / 1000;
    const after = await peakMb(ingest.pid);
    process.stdout.write(
      `1,000,000 members in ${seconds.toFixed(1)} s; ` +
        `RSS of ingest at most ${after.toFixed(0)} MB (${before.toFixed(0)} MB before)\n`,
    );
    expect(after).toBeLessThan(LIMIT_MB);
    const group = await system.backend.get('/v3/groups/everyone');
    expect(group.body).toMatchObject({ data: { membersCount: MEMBERS } });
    const page = await system.backend.get('/v3/groups/everyone/members?limit=2&cursor=member-0999996');
    expect(page.body.data).toEqual([{ uid: 'member-0999997' }, { uid: 'member-0999998' }]);
  },
  120_000,
);
