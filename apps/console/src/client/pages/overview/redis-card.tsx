import type { SystemState } from '@fanfare/client';
import { Card } from '../../components/card.tsx';
import { percent } from '../../format/number.ts';

/** At which share of memory something stops; as `packages/redis` has it (memory-stops.ts). */
const MARKS = [
  { at: 60, label: 'old records leave' },
  { at: 70, label: 'events are refused' },
  { at: 85, label: 'chat waits' },
];

const DURABILITY: Record<SystemState['redis']['durability'], string> = {
  disk: 'on disk before it is answered',
  second: 'up to two seconds of writes can be lost',
  none: 'a crash loses everything',
  unknown: 'unknown',
};

/** How full Redis is, and what a crash of it would lose. */
export function RedisCard({ redis }: { redis: SystemState['redis'] }) {
  const { fullness, durability, maxmemoryPolicy, replicas, registryFullness, stops } = redis;
  const level = fullness >= 0.7 ? 'late' : fullness >= 0.6 ? 'warn' : 'good';
  return (
    <Card
      title="Redis"
      aside={<p className="quiet">{fullness === 0 ? 'no memory limit' : `${percent(fullness)} full`}</p>}
    >
      <div className="memory">
        <div className="memory-bar" role="img" aria-label={`Memory: ${percent(fullness)} of the limit`}>
          <span className={level} style={{ width: `${Math.min(100, fullness * 100)}%` }} />
          {MARKS.map(({ at }) => (
            <i key={at} style={{ left: `${at}%` }} />
          ))}
        </div>
        <ul className="memory-marks quiet">
          {MARKS.map(({ at, label }) => (
            <li key={at}>
              <strong>{at} %</strong> {label}
            </li>
          ))}
        </ul>
      </div>
      {stops.length > 0 && <p className="notice late">Stopped for lack of memory: {stops.join(', ')}.</p>}
      <dl className="facts">
        <div>
          <dt>Durability</dt>
          <dd className={durability === 'none' ? 'late' : undefined}>{DURABILITY[durability]}</dd>
        </div>
        <div>
          <dt>Eviction</dt>
          <dd>{maxmemoryPolicy}</dd>
        </div>
        <div>
          <dt>Replicas</dt>
          <dd>{replicas}</dd>
        </div>
        {registryFullness !== undefined && (
          <div>
            <dt>Registry's server</dt>
            <dd>{percent(registryFullness)} full</dd>
          </div>
        )}
      </dl>
    </Card>
  );
}
