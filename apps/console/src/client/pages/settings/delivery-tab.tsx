import { useState } from 'react';
import { fanfareOf } from '../../api/fanfare.ts';
import { useSave } from '../../api/use-save.ts';
import { Card } from '../../components/card.tsx';
import { Confirm } from '../../components/confirm.tsx';
import { Field } from '../../components/field.tsx';
import { Table } from '../../components/table.tsx';
import { Time } from '../../components/time.tsx';
import { useNow } from '../../components/use-now.ts';
import { valueAt } from './changes.ts';
import { NumberSetting, Switch, TextSetting, useEditing } from './controls.tsx';
import { MembershipCard } from './membership-card.tsx';
import { DEADLINES } from './setting-words.ts';

/** How long notifications are worth sending and their records are kept, badge, sounds, and the log. */
export function DeliveryTab({ app, isSigned }: { app: string; isSigned: boolean }) {
  return (
    <>
      <Card title="Deadlines" aside={<p className="quiet">seconds; empty is the default</p>}>
        <Table label="Deadlines by class" columns={['Class', 'Sent within', 'Held by the push service for']}>
          {DEADLINES.map(({ name, label, leaveMs, holdMs }) => (
            <tr key={name}>
              <th scope="row">{label}</th>
              <td>
                <Deadline
                  name={name}
                  label={`${label}: sent within, seconds`}
                  part="leaveMs"
                  standard={{ leaveMs, holdMs }}
                />
              </td>
              <td>
                <Deadline
                  name={name}
                  label={`${label}: held for, seconds`}
                  part="holdMs"
                  standard={{ leaveMs, holdMs }}
                />
              </td>
            </tr>
          ))}
        </Table>
      </Card>
      <div className="columns">
        <Card title="Kept for" aside={<p className="quiet">hours</p>}>
          <NumberSetting label="Events to large groups" path={['retention', 'bulk']} hint="24 to 168" />
          <NumberSetting label="All other events" path={['retention', 'events']} hint="24 to 168" />
          <NumberSetting label="Texts of messages that are done" path={['retention', 'content']} hint="1 to 168" />
        </Card>
        <Card title="Users who have chosen nothing">
          <TextSetting label="Language" path={['locale']} />
          <TextSetting label="Time zone" path={['timezone']} hint="An IANA name, e.g. Europe/Berlin" />
          <TextSetting label="Sound of messages" path={['sound', 'chat']} />
          <TextSetting label="Sound of calls" path={['sound', 'call']} />
        </Card>
        <Card title="Sending">
          <Switch label="Count unread messages and send the count as the badge" path={['badge']} />
          <Moderation />
          <NumberSetting
            label="Largest group"
            path={['maxGroupSize']}
            placeholder="any size"
            hint="Groups with more members are not notified."
          />
        </Card>
        <MembershipCard isSigned={isSigned} />
        <Logs app={app} />
      </div>
    </>
  );
}

interface DeadlineProps {
  name: string;
  label: string;
  part: 'leaveMs' | 'holdMs';
  standard: { leaveMs: number; holdMs: number };
}

/** Both numbers of a class are set together; one that is not is the default. */
function Deadline({ name, label, part, standard }: DeadlineProps) {
  const { draft, set, canEdit } = useEditing();
  const own = draft.deadlines[name];
  const change = (text: string) => {
    const value = text === '' ? standard[part] : Number(text) * 1000;
    const changed = { ...(own ?? standard), [part]: value };
    const isStandard = changed.leaveMs === standard.leaveMs && changed.holdMs === standard.holdMs;
    set(['deadlines', name], isStandard ? undefined : changed);
  };
  return (
    <input
      type="number"
      min="0"
      aria-label={label}
      disabled={!canEdit}
      placeholder={String(standard[part] / 1000)}
      value={own ? own[part] / 1000 : ''}
      onChange={({ target }) => change(target.value)}
    />
  );
}

function Moderation() {
  const { draft, set, canEdit } = useEditing();
  const path = ['moderation', 'pending'];
  return (
    <Field label="Messages that wait for moderation">
      {(input) => (
        <select
          {...input}
          disabled={!canEdit}
          value={String(valueAt(draft, path))}
          onChange={({ target }) => set(path, target.value)}
        >
          <option value="wait">Wait for the verdict</option>
          <option value="send">Are sent at once</option>
        </select>
      )}
    </Field>
  );
}

function Logs({ app }: { app: string }) {
  const { draft, canEdit } = useEditing();
  const { until, content } = draft.logs;
  const now = useNow();
  const isOn = until > now;
  const [withContent, setWithContent] = useState(false);
  const change = useSave(app, () =>
    fanfareOf(app).request({
      method: 'PUT',
      path: '/v3/notifications/v1/logs',
      body: isOn ? { enabled: false } : { enabled: true, content: withContent },
    }),
  );
  return (
    <Card title="Log" aside={<span className={`tag ${isOn ? 'warn' : ''}`}>{isOn ? 'On' : 'Off'}</span>}>
      <p className="quiet">
        {isOn ? (
          <>
            Records what was sent to whom until <Time at={until} />
            {content && ', with the texts'}.
          </>
        ) : (
          'Records what was sent to whom, for seven days. Takes effect at once.'
        )}
      </p>
      {canEdit && (
        <div>
          <Confirm
            label={isOn ? 'Switch off' : 'Switch on'}
            title={isOn ? `Switch the log of ${app} off?` : `Switch the log of ${app} on?`}
            action={isOn ? 'Switch the log off' : 'Switch the log on'}
            onConfirm={() => change.mutateAsync()}
          >
            {isOn ? (
              <p>What it has recorded is no longer shown.</p>
            ) : (
              <label className="check">
                <input
                  type="checkbox"
                  checked={withContent}
                  onChange={({ target }) => setWithContent(target.checked)}
                />
                With the texts of messages: all who may read the log read them
              </label>
            )}
          </Confirm>
        </div>
      )}
    </Card>
  );
}
