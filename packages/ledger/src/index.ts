export * from './admission/admission.ts';
export { ADMISSION_LIMITS } from './admission/limits.ts';
export {
  dropErasures,
  type Erasure,
  readErasures,
  recordErasure,
} from './archive/erasures.ts';
export { claimArchive, releaseArchive } from './archive/lock.ts';
export {
  ArchiveFencedError,
  markArchived,
  readArchiveBacklog,
  readUnarchived,
  type UnarchivedRef,
  withoutRecord,
} from './archive/unarchived.ts';
export { dayOf } from './buckets/bucket.ts';
export { type BucketDay, dropBucketDay, readBucketDays } from './buckets/bucket-days.ts';
export * from './deliveries/attempts.ts';
export {
  type DeadLetterGroup,
  summarizeDeadLetters,
} from './deliveries/dead-letter-summary.ts';
export * from './deliveries/dead-letters.ts';
export { listLettersOfEvent } from './deliveries/event-letters.ts';
export type { DeadLetterFilter, FoundDeadLetter } from './deliveries/letter-record.ts';
export { type LedgerAnswers, type LedgerRead, readTogether } from './deliveries/read-together.ts';
export { reopen } from './deliveries/reopen.ts';
export * from './deliveries/settle.ts';
export type { DeadLetter, DeadLetterRecord, Settlement } from './deliveries/settlement.ts';
export { readStates } from './deliveries/states.ts';
export * from './event/accept.ts';
export * from './event/change-lane.ts';
export { DUPLICATE_WINDOW_MS } from './event/claim.ts';
export { type EncodedEvent, EventEncoder } from './event/encoded-event.ts';
export { findEvent } from './event/find-event.ts';
export { type OpenUsage, type OpenUsages, oldestOpen, readOpenUsage } from './event/open-usage.ts';
export * from './event/progress.ts';
export { UnreadableRecordError } from './event/record.ts';
export * from './event/replicas.ts';
export { type EventSummary, readSummaries } from './event/summary.ts';
export * from './event/sweep.ts';
export { KEPT_KINDS, type KeptKind, type KeptList, readKept, type TrimStep, trimKept } from './finished/kept.ts';
export { type PackOptions, packFinished } from './finished/pack-finished.ts';
export { type EventRecord, readRecord } from './finished/read-record.ts';
export { shedContent, shedLetterless } from './finished/shed-content.ts';
export { spentDays } from './finished/spent-days.ts';
export { nextTrim } from './finished/trim-order.ts';
export { type HeldCount, readHeld } from './held/counts.ts';
export * from './held/due.ts';
export * from './held/failures.ts';
export { type Gate, gateId, webhookGateName } from './held/gate-id.ts';
export {
  BETWEEN_TRIALS_MS,
  claimTrial,
  closeGate,
  endTrial,
  lastTryAt,
  type OpenGate,
  openGate,
  PAUSE_SHARE,
  readGates,
} from './held/gates.ts';
export * from './held/hold.ts';
export * from './held/release.ts';
export * from './log/event-index.ts';
export { cursorAfter, type EventPage, type ListedRef, type ListQuery } from './log/event-list.ts';
export * from './log/log-index.ts';
export * from './log/log-row.ts';
export * from './plan/cursor.ts';
export * from './plan/hand-over.ts';
export * from './plan/packs.ts';
export * from './plan/plan.ts';
export { deliveriesOf, type PlannedSlice } from './plan/planned-slice.ts';
export * from './plan/trace.ts';
export * from './references/calls.ts';
export * from './references/changes.ts';
export * from './references/messages.ts';
export * from './references/original-event.ts';
export * from './references/reactions.ts';
export type { Reference, ReferencedConversation } from './references/reference.ts';
export * from './references/rings.ts';
export * from './references/superseded.ts';
export * from './references/verdicts.ts';
export { dedupSuffix } from './references/webhook-dedup.ts';
export { followShards, type Shards, servedShards } from './shards/spread.ts';
export { counter, LATENCY_BUCKETS_S, parseCounter } from './stats/counter.ts';
export { addOutcomes, eraseOutcomes, type RecentOutcome, readOutcomes } from './stats/outcomes.ts';
export { finestSince, STATS_STEP_MS, STATS_STEPS, type StatsStep } from './stats/series.ts';
export { Stats } from './stats/stats.ts';
export { addStats, readStats, type StatsPoint } from './stats/store.ts';
export { type Breaker, type HeldState, readHeldState } from './system/breakers.ts';
export { readLedgerGauges } from './system/gauges.ts';
export { type OpenEvents, readOpenEvents } from './system/open-events.ts';
export {
  answerTest,
  askForTest,
  type ProviderTest,
  type ProviderTestAnswer,
  readTestAnswer,
  takeTest,
} from './system/provider-tests.ts';
export { deliveriesWait, momentOf, refusalSentence, refuserOf } from './system/refusal-sentence.ts';
export {
  publishRefusals,
  type Refusal,
  type RefusalWithBacklog,
  readRefusals,
  TOKENS_GUARDED,
} from './system/refusals.ts';
