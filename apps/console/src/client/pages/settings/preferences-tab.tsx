import { Card } from '../../components/card.tsx';
import { Table } from '../../components/table.tsx';
import { valueAt } from './changes.ts';
import { Choice, Switch, useEditing } from './controls.tsx';
import { JsonSetting } from './json-setting.tsx';
import { CALLS, DND, GROUP, ONE_ON_ONE, PAYLOAD, PRIVACY, type Rule, SWITCHES } from './setting-words.ts';

/** What notifies, and which of it users may choose themselves. */
export function PreferencesTab() {
  return (
    <>
      <div className="columns top">
        <Rules title="In groups" part="group" rules={GROUP} />
        <Rules title="One-on-one" part="oneOnOne" rules={ONE_ON_ONE} />
      </div>
      <div className="columns top">
        <Card title="Quiet and loud">
          <div className="row">
            <span>Do Not Disturb of users who have not chosen:</span>
            <Choice label="Do Not Disturb" path={['preferences', 'mute', 'dndPreferenceSetting']} options={DND} />
          </div>
          <div className="row">
            <span>Hide the text of messages:</span>
            <Choice label="Hide the text of messages" path={['preferences', 'usePrivacyTemplate']} options={PRIVACY} />
          </div>
          <div className="stack tight">
            {SWITCHES.map(({ path, label }) => (
              <Switch key={label} path={path} label={label} />
            ))}
          </div>
        </Card>
        <Rules title="Calls" part="call" rules={CALLS} />
      </div>
      <Schedule />
      <Card title="Sent along in payloads">
        <div className="stack tight">
          {PAYLOAD.map(({ path, label }) => (
            <Switch key={label} path={path} label={label} />
          ))}
        </div>
        <JsonSetting
          label="Custom data (customJson)"
          path={['preferences', 'push', 'customJson']}
          hint='A JSON object that every notification carries, e.g. {"theme": "dark"}. Empty: none.'
        />
      </Card>
    </>
  );
}

function Rules({ title, part, rules }: { title: string; part: string; rules: readonly Rule[] }) {
  const hasChoice = rules.some(({ isFixed }) => !isFixed);
  return (
    <Card title={title}>
      <Table label={`${title}: what notifies`} columns={['Kind', 'Notifies', ...(hasChoice ? ['Own choice'] : [])]}>
        {rules.map(({ name, label, options, isFixed }) => (
          <tr key={name}>
            <th scope="row">{label}</th>
            <td>
              <Choice label={`${title}: ${label}`} path={['preferences', part, `${name}Setting`]} options={options} />
            </td>
            {hasChoice && (
              <td>
                {isFixed ? (
                  <span className="quiet">no</span>
                ) : (
                  <Override part={part} name={name} label={`${title}: users may choose ${label.toLowerCase()}`} />
                )}
              </td>
            )}
          </tr>
        ))}
      </Table>
    </Card>
  );
}

function Override({ part, name, label }: { part: string; name: string; label: string }) {
  const { draft, set, canEdit } = useEditing();
  const path = ['preferences', part, `${name}Override`];
  return (
    <label className="tap">
      <input
        type="checkbox"
        aria-label={label}
        disabled={!canEdit}
        checked={valueAt(draft, path) === true}
        onChange={({ target }) => set(path, target.checked)}
      />
    </label>
  );
}

const DAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];
const nameOf = (day: string): string => day.charAt(0).toUpperCase() + day.slice(1);

function Schedule() {
  return (
    <Card title="Schedule" aside={<p className="quiet">by the clock of each user, unless they have chosen another</p>}>
      <Table label="Days of the week" columns={['Day', 'From', 'To', 'Silent all day']}>
        {DAYS.map((day) => (
          <tr key={day}>
            <th scope="row">{nameOf(day)}</th>
            <td>
              <TimeOfDay day={day} end="from" />
            </td>
            <td>
              <TimeOfDay day={day} end="to" />
            </td>
            <td>
              <Silent day={day} />
            </td>
          </tr>
        ))}
      </Table>
    </Card>
  );
}

const pathOf = (day: string, part: string) => ['preferences', 'mute', 'schedulePreferenceSetting', day, part];

function TimeOfDay({ day, end }: { day: string; end: 'from' | 'to' }) {
  const { draft, set, canEdit } = useEditing();
  const hhmm = String(valueAt(draft, pathOf(day, end)) ?? 0).padStart(4, '0');
  return (
    <input
      type="time"
      aria-label={`${nameOf(day)}, ${end}`}
      disabled={!canEdit}
      value={`${hhmm.slice(0, 2)}:${hhmm.slice(2)}`}
      onChange={({ target }) => target.value && set(pathOf(day, end), Number(target.value.replace(':', '')))}
    />
  );
}

function Silent({ day }: { day: string }) {
  const { draft, set, canEdit } = useEditing();
  return (
    <label className="tap">
      <input
        type="checkbox"
        aria-label={`${nameOf(day)}: silent all day`}
        disabled={!canEdit}
        checked={valueAt(draft, pathOf(day, 'dnd')) === true}
        onChange={({ target }) => set(pathOf(day, 'dnd'), target.checked)}
      />
    </label>
  );
}
