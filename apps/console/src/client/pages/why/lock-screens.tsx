import { useQuery } from '@tanstack/react-query';
import { type EventSource, queries } from '../../api/queries.ts';
import { Card } from '../../components/card.tsx';
import { Code } from '../../components/code.tsx';
import { wordsOf } from '../../components/error-notice.tsx';
import { LockScreen, type MockKind } from './lock-screen.tsx';

const SCREENS: readonly { kind: MockKind; name: string; platform: string }[] = [
  { kind: 'android', name: 'Android', platform: 'fcm_android' },
  { kind: 'ios', name: 'iOS', platform: 'apns_ios_device' },
  { kind: 'web', name: 'Web', platform: 'fcm_web' },
];

interface LockScreensProps {
  app: string;
  source: EventSource;
  uid: string | undefined;
}

/** What the user would see, and the payload behind it, with the templates of now. */
export function LockScreens(props: LockScreensProps) {
  return (
    <Card title="Preview" aside={<p className="quiet">with the current templates and names</p>}>
      <div className="screens">
        {SCREENS.map((screen) => (
          <Screen key={screen.kind} {...props} {...screen} />
        ))}
      </div>
    </Card>
  );
}

function Screen({ app, source, uid, kind, name, platform }: LockScreensProps & (typeof SCREENS)[number]) {
  const { data, error } = useQuery({ ...queries.preview(app, source, { uid, platform }), retry: false });
  return (
    <figure className="screen-figure">
      <figcaption>
        <h3>{name}</h3>
      </figcaption>
      {data && <LockScreen kind={kind} title={data.title} body={data.body} />}
      {error && <p className="screen-none quiet">{wordsOf(error)}</p>}
      {data && (
        <details>
          <summary>Payload</summary>
          <Code text={JSON.stringify(data.payload, null, 2)} label={`Payload for ${name}`} />
        </details>
      )}
    </figure>
  );
}
