import type { SystemState } from '@fanfare/client';
import { Card } from '../../components/card.tsx';
import { Table } from '../../components/table.tsx';
import { Time } from '../../components/time.tsx';
import { count } from '../../format/number.ts';

/** The sweeper runs every two seconds; from this age of its last run on, ms, something holds it up. */
const LATE_MS = 60_000;

const number = (label: string) => ({ label, isNumber: true }) as const;
const COLUMNS = ['Fan-out', 'Last run', ...['Took', 'Jobs restored', 'Expired', 'Removed early'].map(number)];

/** The sweeper of each fan-out: its last run, and what it has done since the process started. */
export function SweeperCard({ processes, at }: Pick<SystemState, 'processes' | 'at'>) {
  const rows = processes.flatMap(({ sweeper, ...process }) => (sweeper ? [{ ...process, ...sweeper }] : []));
  return (
    <Card title="Sweeper" aside={<p className="quiet">restores lost jobs; counts since its process started</p>}>
      {rows.length === 0 ? (
        <p className="quiet">None: it runs in fan-out, and none has reported.</p>
      ) : (
        <Table label="Sweepers" columns={COLUMNS}>
          {rows.map(({ id, host, pid, lastRunAt, tookMs, restored, expired, trimmed }) => (
            <tr key={id}>
              <th scope="row">
                {host} <span className="quiet">{pid}</span>
              </th>
              <td className={lastRunAt !== undefined && at - lastRunAt > LATE_MS ? 'late' : undefined}>
                {lastRunAt === undefined ? 'not yet' : <Time at={lastRunAt} as="ago" />}
              </td>
              <td className="number">{tookMs === undefined ? '–' : `${count(tookMs)} ms`}</td>
              <td className="number">{count(restored)}</td>
              <td className="number">{count(expired)}</td>
              <td className="number">{count(trimmed)}</td>
            </tr>
          ))}
        </Table>
      )}
    </Card>
  );
}
