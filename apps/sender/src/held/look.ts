import type { Lane, ProviderKind } from '@fanfare/core';
import { claimDueGates, type DueGate, type Gate, type Shards, webhookGateName } from '@fanfare/ledger';
import { pausedOf } from '@fanfare/queue';
import type { Closer } from '@fanfare/runtime';
import type { AppBundle } from '@fanfare/store';
import type { SenderDeps } from '../deps.ts';
import { credentialGateVersion } from './gate-of.ts';
import { releaseSome, releaseTrial } from './release.ts';

/** How long this sender has for a gate before another looks at it, ms. */
const AGAIN_MS = 1000;

/** Gates looked at in one go. */
const BATCH = 100;

/** Deliveries released at a time for a gate that stands for nothing any longer. */
const GONE_BATCH = 200;

/** How often a sender looks whether there are any, ms: often where it expects a trial, every fifth time elsewhere. */
const EVERY_MS = 50;
const SELDOM = 5;

/** Looks at the gates of all shards, for the providers and lanes that are served here. */
export function startLooking(
  deps: SenderDeps,
  closer: Closer,
  {
    providers,
    lanes,
    shards,
  }: { providers: readonly ProviderKind[]; lanes: readonly Lane[]; shards: Pick<Shards, 'all'> },
): void {
  let isLooking = false;
  let passed = 0;
  const timer = setInterval(async () => {
    passed += 1;
    if (isLooking) return;
    isLooking = true;
    const isTurnOfAll = passed % SELDOM === 0;
    const due = Array.from({ length: shards.all }, (_, shard) =>
      providers
        .filter((provider) => isTurnOfAll || deps.gates.isTrialDue(shard, provider))
        .map((provider) => ({ shard, provider, lanes })),
    ).flat();
    await Promise.all(due.map((of) => lookAtGates(deps, of)))
      .catch((error: Error) => deps.log.warn({ reason: error.message }, 'gates.not_looked_at'))
      .finally(() => {
        isLooking = false;
      });
  }, EVERY_MS);
  closer.add('looking', timer, clearInterval);
}

/**
 * Looks at the gates of a shard, provider and lanes whose held deliveries may go on. After its pause, one delivery is
 * released, which becomes a trial; for a closed gate, as many as there is room for. Those held for a webhook or
 * credential that the app no longer has are released, whatever becomes of them. In a paused lane all stay held: in its
 * queue they would count as waiting, and arrive together when it is resumed.
 */
async function lookAtGates(
  deps: SenderDeps,
  of: { shard: number; provider: ProviderKind; lanes: readonly Lane[] },
): Promise<void> {
  const now = deps.now();
  const due = await claimDueGates(deps.queueRedis, of, { now, again: now + AGAIN_MS }, BATCH);
  const queues = { kind: `deliveries-${of.provider}`, shard: of.shard } as const;
  const paused = await pausedOf(
    deps.queueRedis,
    queues,
    due.map(({ gate }) => gate.lane),
  );
  await Promise.all(due.filter(({ gate }) => !paused.has(gate.lane)).map((one) => lookAt(deps, of.shard, one)));
}

async function lookAt(deps: SenderDeps, shard: number, { gate, open }: DueGate): Promise<void> {
  const app = await deps.apps.get(gate.appId, 0);
  if (!isCurrent(app, gate)) {
    if (open) await deps.gates.close(gate);
    await releaseSome(releasing(deps), shard, gate, GONE_BATCH, (_, left) =>
      deps.gates.releases.noteHeld(shard, gate, left),
    );
    return;
  }
  deps.gates.learn(shard, gate, open);
  if (open) deps.gates.releases.noteHeld(shard, gate, await releaseTrial(releasing(deps), shard, gate));
  else deps.gates.releases.release(shard, gate, 1);
}

const releasing = ({ queueRedis, producer, now }: SenderDeps) => ({ redis: queueRedis, producer, now });

/** Whether a delivery of the app would still pass this gate. */
function isCurrent(app: AppBundle | undefined, gate: Gate): boolean {
  if (!app) return false;
  if (gate.provider !== 'custom') return credentialGateVersion(gate) === app.app.version;
  return app.customEnabled && app.webhookURL !== undefined && webhookGateName(app.webhookURL) === gate.name;
}
