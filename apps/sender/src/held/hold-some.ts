import { type Gate, gateId, type Holding, type HoldReason } from '@fanfare/ledger';
import { type DeliveryJob, encodeDeliveryJob } from '@fanfare/queue';
import type { SenderDeps } from '../deps.ts';
import { attemptsBefore, type PackInHand, singleOf } from '../pack.ts';
import type { Ended } from '../report.ts';

/** Deliveries to be held for one gate and reason. */
interface Group {
  gate: Gate;
  reason: HoldReason;
  ended: Ended[];
}

/**
 * Holds the deliveries of a pack that are to be held. Returns the others, and those whose gate has closed meanwhile,
 * which are sent at once. Those of a pack that were not tried stay together.
 */
export async function holdSome(deps: SenderDeps, pack: PackInHand, all: readonly Ended[]): Promise<Ended[]> {
  const left = all.filter(({ step }) => step.do !== 'hold');
  for (const { gate, reason, ended } of groups(all)) {
    const parts = partsOf(ended);
    const holdings = parts.map((part) => holdingOf(pack, part));
    const held = await deps.gates.hold(pack.source.shard, gate, holdings, reason);
    for (const [i, part] of parts.entries()) {
      if (held[i]?.kind === 'closed') left.push(...part.map((one) => ({ ...one, step: atOnce(one) })));
    }
  }
  return left;
}

const spentBy = ({ step }: Ended): number => (step.do === 'hold' ? step.spent : 0);

const atOnce = (one: Ended) => ({ do: spentBy(one) > 0 ? 'retry' : 'wait', delayMs: 1 }) as const;

function groups(all: readonly Ended[]): Iterable<Group> {
  const found = new Map<string, Group>();
  for (const one of all) {
    if (one.step.do !== 'hold') continue;
    const { gate, reason } = one.step;
    const id = `${reason} ${gateId(gate)}`;
    const group = found.get(id);
    if (group) group.ended.push(one);
    else found.set(id, { gate, reason, ended: [one] });
  }
  return found.values();
}

/** What was tried has left the pack: each of those is a part of its own. */
function partsOf(ended: readonly Ended[]): Ended[][] {
  const untried = ended.filter(({ attempted }) => attempted.kind === 'held');
  const tried = ended.filter(({ attempted }) => attempted.kind !== 'held');
  return [...(untried.length > 0 ? [untried] : []), ...tried.map((one) => [one])];
}

function holdingOf(pack: PackInHand, part: readonly Ended[]): Holding {
  const ordinals = part.map(({ delivery }) => delivery.planned.ordinal);
  const isTried = part[0]?.attempted.kind !== 'held';
  const job: DeliveryJob =
    pack.size === 1 || isTried
      ? singleOf(pack, ordinals[0] as number, attemptsBefore(pack) + spentBy(part[0] as Ended))
      : { ...pack.job.data, addedAgain: true };
  const deadlineAt = Math.min(...part.map(({ delivery }) => delivery.deadlineAt));
  return { ref: pack.ref, ordinals, deadlineAt, job: encodeDeliveryJob(job) };
}
