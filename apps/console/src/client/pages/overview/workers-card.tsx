import type { SystemState } from '@fanfare/client';
import { Card } from '../../components/card.tsx';
import { count } from '../../format/number.ts';

const ROLES = ['ingest', 'fanout', 'sender', 'console'] as const;

/** How many processes of each role report, and what they have in hand. */
export function WorkersCard({ processes }: Pick<SystemState, 'processes'>) {
  const versions = new Set(processes.map(({ version }) => version));
  return (
    <Card title="Processes" aside={<p className="quiet">{[...versions].join(' and ')}</p>}>
      {versions.size > 1 && <p className="notice warn">Processes of {versions.size} versions are running.</p>}
      <ul className="workers">
        {ROLES.map((role) => {
          const own = processes.filter((one) => one.role === role);
          const inFlight = own.reduce((sum, one) => sum + (one.inFlight ?? 0), 0);
          return (
            <li key={role}>
              <strong className={own.length === 0 ? 'late' : undefined}>{own.length}</strong>
              {role}
              {role === 'sender' && <span className="quiet">{count(inFlight)} in flight</span>}
            </li>
          );
        })}
      </ul>
    </Card>
  );
}
