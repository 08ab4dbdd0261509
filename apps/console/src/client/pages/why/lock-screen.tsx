import logo from '../../../../public/logo.svg';

export type MockKind = 'android' | 'ios' | 'web';

/** A notification as a phone or browser shows it. */
export function LockScreen({ kind, title, body }: { kind: MockKind; title: string; body: string }) {
  return (
    <div className={`screen ${kind}`}>
      {kind !== 'web' && <p className="screen-clock">9:41</p>}
      <div className="bubble">
        <img src={logo} alt="" width="20" height="20" />
        <div>
          <p className="bubble-app">
            {kind === 'web' ? 'chat.example.com' : 'Chat'} <span>now</span>
          </p>
          <p className="bubble-title" dir="auto">
            {title}
          </p>
          <p className="bubble-body" dir="auto">
            {body}
          </p>
        </div>
      </div>
    </div>
  );
}
