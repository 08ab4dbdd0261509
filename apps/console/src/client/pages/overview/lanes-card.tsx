import type { Lane, SystemState } from '@fanfare/client';
import type { ReactNode } from 'react';
import { useIsAdmin } from '../../api/use-role.ts';
import { Card } from '../../components/card.tsx';
import { Table } from '../../components/table.tsx';
import { count, percent, perSecond } from '../../format/number.ts';
import { duration } from '../../format/time.ts';
import { LANE_NAMES } from '../../format/words.ts';
import type { Range } from './range.ts';
import { failedShare, ratePerSecond, useStats } from './stats.ts';

/** From when the oldest event of a lane is marked, in ms. A call rings for at most thirty seconds. */
const LATE_MS: Record<Lane, number> = { call: 5000, chat: 60_000, bulk: 15 * 60_000 };
/** From which share of failures on a lane is marked. */
const BAD_SHARE = 0.05;

const number = (label: string) => ({ label, isNumber: true }) as const;
const minorNumber = (label: string) => ({ label, isNumber: true, isMinor: true }) as const;
const OF_ALL = [number('Backlog'), number('Held'), minorNumber('Open events'), number('Oldest')];

type LaneState = SystemState['lanes'][number];

interface LanesCardProps {
  system: SystemState;
  app: string | undefined;
  range: Range;
  /** A column of its own: what can be done with a lane, or for viewers its state. */
  action?: ((state: LaneState) => ReactNode) | undefined;
}

/** Each lane: how much goes out, what waits and for how long, and what share fails. */
export function LanesCard({ system, app, range, action }: LanesCardProps) {
  const isAdmin = useIsAdmin();
  const columns = app === undefined ? ['Lane', ...OF_ALL] : ['Lane', minorNumber('Rate'), ...OF_ALL, number('Failed')];
  return (
    <Card
      title="Lanes"
      aside={<p className="quiet">{app && `Rate and failures are ${app}'s; the rest is of all apps.`}</p>}
    >
      <Table label="Lanes" columns={action ? [...columns, isAdmin ? 'Action' : 'State'] : columns}>
        {system.lanes.map((state) => (
          <Row key={state.lane} state={state} app={app} range={range} action={action} />
        ))}
      </Table>
    </Card>
  );
}

function Row({ state, app, range, action }: Omit<LanesCardProps, 'system'> & { state: LaneState }) {
  const { lane, waiting, active, delayed, held, openEvents, oldestMs, pausedSince } = state;
  return (
    <tr>
      <th scope="row">
        <span className="dot" style={{ background: `var(--${lane})` }} />
        {LANE_NAMES[lane]} {pausedSince !== undefined && <span className="tag late">paused</span>}
      </th>
      {app !== undefined && <Rate app={app} lane={lane} range={range} />}
      <Count value={waiting + active + delayed} />
      <Count value={held} bad={held > 0} />
      <Count value={openEvents} isMinor />
      {openEvents === 0 ? (
        <Nothing />
      ) : (
        <td className={oldestMs > LATE_MS[lane] ? 'number late' : 'number'}>{duration(oldestMs)}</td>
      )}
      {app !== undefined && <Failed app={app} lane={lane} range={range} />}
      {action && <td>{action(state)}</td>}
    </tr>
  );
}

const Nothing = ({ isMinor = false }) => <td className={`number none${isMinor ? ' minor' : ''}`}>–</td>;

function Count({ value, bad = false, isMinor = false }: { value: number; bad?: boolean; isMinor?: boolean }) {
  const level = bad ? ' late' : value === 0 ? ' none' : '';
  return <td className={`number${level}${isMinor ? ' minor' : ''}`}>{count(value)}</td>;
}

interface OfLane {
  app: string;
  lane: Lane;
  range: Range;
}

function Rate({ app, lane, range }: OfLane) {
  const { data } = useStats(app, range);
  const rate = data ? ratePerSecond(data, range, { lane }) : 0;
  return rate === 0 ? <Nothing isMinor /> : <td className="number minor">{perSecond(rate)}</td>;
}

function Failed({ app, lane, range }: OfLane) {
  const { data } = useStats(app, range);
  const share = data ? failedShare(data.total.settled, { lane }) : null;
  if (share === null) return <Nothing />;
  return <td className={share >= BAD_SHARE ? 'number late' : 'number'}>{percent(share)}</td>;
}
