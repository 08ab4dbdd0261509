import { useState } from 'react';
import { useLive } from '../../api/live.tsx';
import { queries } from '../../api/queries.ts';
import { Card } from '../../components/card.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { Segments } from '../../components/segments.tsx';
import { Table } from '../../components/table.tsx';
import { byRole, type Variable } from './by-role.ts';

/** It changes with a restart only. */
const EVERY_MS = 30_000;

/** What the processes run with, without secrets: what was set, or all; processes of a role that differ stand out. */
export function ConfigurationCard() {
  const { data, error } = useLive(queries.configuration(), EVERY_MS);
  const [shown, setShown] = useState<'set' | 'all'>('set');
  const roles = byRole(data ?? []);
  return (
    <Card
      title="Configuration"
      aside={
        <Segments
          label="Variables shown"
          options={[
            { value: 'set', label: 'Set' },
            { value: 'all', label: 'All' },
          ]}
          chosen={shown}
          onChoose={setShown}
        />
      }
    >
      {error && <ErrorNotice error={error} />}
      <p className="quiet">The environment of each process as it took effect, without secrets.</p>
      {roles.map(({ role, variables }) => (
        <details key={role} className="configuration">
          <summary>
            {role}
            <span className="quiet"> {variables.filter(isChanged).length} set</span>
            {variables.some(differs) && <span className="tag warn">processes differ</span>}
          </summary>
          <Table label={`Configuration of ${role}`} columns={['Variable', 'Value']}>
            {variables
              .filter((variable) => shown === 'all' || isChanged(variable))
              .map((variable) => (
                <Row key={variable.name} {...variable} />
              ))}
          </Table>
        </details>
      ))}
    </Card>
  );
}

const isChanged = ({ values }: Variable): boolean => values.some(({ isSet }) => isSet);
const differs = ({ values }: Variable): boolean => values.length > 1;

function Row({ name, values }: Variable) {
  return (
    <tr>
      <th scope="row" className="mono">
        {name}
      </th>
      <td className="wrap">
        {values.map(({ value, isSet, processes }) => (
          <div key={value ?? ''} className={values.length > 1 ? 'late' : undefined}>
            {value === undefined || value === '' ? <span className="quiet">–</span> : <code>{value}</code>}{' '}
            {!isSet && value !== undefined && <span className="quiet">default</span>}
            {values.length > 1 && <span className="quiet"> on {processes.join(', ')}</span>}
          </div>
        ))}
      </td>
    </tr>
  );
}
