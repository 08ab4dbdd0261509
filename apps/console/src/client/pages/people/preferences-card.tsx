import { appQueries } from '../../api/app-queries.ts';
import { useLive } from '../../api/live.tsx';
import { Card } from '../../components/card.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { Time } from '../../components/time.tsx';
import { linesOf, scheduleWords } from './preference-words.ts';

/** What a user is notified of, in words: their own choices where the app allows them, else the app's. */
export function Preferences({ app, uid }: { app: string; uid: string }) {
  const { data: preferences, error } = useLive(appQueries.preferences(app, uid));
  const mutes = useLive(appQueries.mutes(app, uid)).data ?? [];
  if (error) return <ErrorNotice error={error} />;
  if (!preferences) return null;
  const { dnd, until, schedule } = preferences.mutePreferences;
  const { usePrivacyTemplate } = preferences;
  return (
    <Card title="Preferences in effect">
      <ul className="stack tight">
        <li>
          Do Not Disturb is{' '}
          {dnd === 2 ? (
            <strong>
              on
              {until !== undefined && (
                <>
                  {' '}
                  until <Time at={until} />
                </>
              )}
              : nothing but calls that may break it is sent
            </strong>
          ) : (
            'off'
          )}
          .
        </li>
        <li>Notified {scheduleWords(schedule)}, by their clock.</li>
        <li>{usePrivacyTemplate ? 'Texts of messages are hidden.' : 'Texts of messages are shown.'}</li>
        <Mutes mutes={mutes} />
      </ul>
      <div className="columns narrow">
        <Lines title="In groups" lines={linesOf(preferences, 'group')} />
        <Lines title="One-on-one" lines={linesOf(preferences, 'oneOnOne')} />
      </div>
    </Card>
  );
}

function Mutes({ mutes }: { mutes: readonly { id: string; type: string; until: number | null }[] }) {
  if (mutes.length === 0) return <li>No conversation is muted.</li>;
  return (
    <li>
      Muted:
      <ul className="bullets">
        {mutes.map(({ id, type, until }) => (
          <li key={type + id}>
            {type === 'group' ? 'group' : 'user'} <code>{id}</code>
            {until === null ? (
              ' forever'
            ) : (
              <>
                {' '}
                until <Time at={until} />
              </>
            )}
          </li>
        ))}
      </ul>
    </li>
  );
}

function Lines({ title, lines }: { title: string; lines: readonly { about: string; choice: string }[] }) {
  return (
    <section>
      <h3>{title}</h3>
      <ul>
        {lines.map(({ about, choice }) => (
          <li key={about}>
            <span className="quiet">{about}:</span> {choice}
          </li>
        ))}
      </ul>
    </section>
  );
}
