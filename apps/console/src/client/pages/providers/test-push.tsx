import type { ProviderKind, ProviderTestResult, PushPlatform, TestDevice } from '@fanfare/client';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { appQueries } from '../../api/app-queries.ts';
import { fanfareOf } from '../../api/fanfare.ts';
import { Dialog } from '../../components/dialog.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { Field, TextField } from '../../components/field.tsx';
import { Outcome } from '../../components/outcome.tsx';
import { Segments } from '../../components/segments.tsx';
import { inSentence } from '../../format/outcomes.ts';
import { targetName } from '../../format/words.ts';

interface TestPushProps {
  app: string;
  kind: ProviderKind;
  providerId: string;
}

/** Tries a provider: the credential alone, or with a push to a device. */
export function TestPush(props: TestPushProps) {
  return (
    <Dialog label="Test" title={`Test ${props.kind === 'custom' ? 'the webhook' : props.providerId}`} isSmall>
      {() => <TestForm {...props} />}
    </Dialog>
  );
}

type Way = 'credential' | 'user' | 'token';
const WAYS = [
  { value: 'credential', label: 'Credential' },
  { value: 'user', label: 'User’s device' },
  { value: 'token', label: 'Token' },
] as const;

const PLATFORMS = {
  fcm: ['fcm_android', 'fcm_ios', 'fcm_web'],
  apns: ['apns_ios_device', 'apns_ios_voip'],
} as const satisfies Record<string, readonly PushPlatform[]>;

function TestForm({ app, kind, providerId }: TestPushProps) {
  const [way, setWay] = useState<Way>('credential');
  const [device, setDevice] = useState<TestDevice>();
  const test = useMutation({
    mutationFn: () => fanfareOf(app).testProvider(kind, providerId, way === 'credential' ? undefined : device),
  });
  const choose = (chosen: Way) => {
    setWay(chosen);
    setDevice(undefined);
  };
  const isReady = kind === 'custom' || way === 'credential' || (device !== undefined && device.token !== '');
  return (
    <>
      {kind === 'custom' ? (
        <p className="quiet">Posts one notification to the endpoint. A success enables a webhook that is off.</p>
      ) : (
        <>
          <div>
            <Segments label="What to test" options={WAYS} chosen={way} onChoose={choose} />
          </div>
          {way === 'credential' && (
            <p className="quiet">Asks the push service whether it accepts the credential. Nothing is delivered.</p>
          )}
          {way === 'user' && <UsersDevice app={app} kind={kind} onChoose={setDevice} />}
          {way === 'token' && <Token kind={kind} device={device} onChange={setDevice} />}
        </>
      )}
      {test.error && <ErrorNotice error={test.error} />}
      {test.data && <TestAnswer answer={test.data} />}
      <div className="dialog-actions">
        <button
          type="button"
          className="button primary"
          disabled={!isReady || test.isPending}
          onClick={() => test.mutate()}
        >
          {test.isPending ? 'Waiting for the answer…' : 'Send test'}
        </button>
      </div>
    </>
  );
}

function Token({
  kind,
  device,
  onChange,
}: {
  kind: 'fcm' | 'apns';
  device: TestDevice | undefined;
  onChange: (device: TestDevice) => void;
}) {
  const { platform = PLATFORMS[kind][0], token = '' } = device ?? {};
  return (
    <>
      <Field label="Platform">
        {(input) => (
          <select
            {...input}
            value={platform}
            onChange={({ target }) => onChange({ token, platform: target.value as PushPlatform })}
          >
            {PLATFORMS[kind].map((one) => (
              <option key={one} value={one}>
                {targetName({ platform: one })}
              </option>
            ))}
          </select>
        )}
      </Field>
      <TextField label="Push token" value={token} onChange={(given) => onChange({ platform, token: given.trim() })} />
    </>
  );
}

function UsersDevice({
  app,
  kind,
  onChoose,
}: {
  app: string;
  kind: ProviderKind;
  onChoose: (device: TestDevice) => void;
}) {
  const [uid, setUid] = useState('');
  const found = useQuery({ ...appQueries.devices(app, uid), enabled: uid !== '', retry: false });
  const devices = (found.data ?? []).filter(({ platform }) => platform.startsWith(kind));
  return (
    <>
      <TextField label="uid" value={uid} onChange={(given) => setUid(given.trim())} />
      {uid !== '' && found.data && devices.length === 0 && (
        <p className="quiet">{uid} has no device for this provider.</p>
      )}
      {found.error && <ErrorNotice error={found.error} />}
      {devices.length > 0 && (
        <Field label="Device">
          {(input) => (
            <select
              {...input}
              defaultValue=""
              onChange={({ target }) => {
                const device = devices.find((one) => one.id === target.value);
                if (device) onChoose({ platform: device.platform, token: device.pushToken });
              }}
            >
              <option value="" disabled>
                Choose a device
              </option>
              {devices.map((one) => (
                <option key={one.id} value={one.id}>
                  {targetName({ platform: one.platform })}, {one.pushToken.slice(0, 12)}…
                </option>
              ))}
            </select>
          )}
        </Field>
      )}
    </>
  );
}

export function TestAnswer({ answer: { outcome, reason, detail, message } }: { answer: ProviderTestResult }) {
  return (
    <div className={`notice ${outcome === 'accepted' ? 'good' : 'late'}`} role="status">
      <p>
        <Outcome outcome={outcome} /> {reason && `: ${inSentence(reason)}`}
      </p>
      <p>{message}</p>
      {detail && <p className="quiet">The provider says: “{detail}”</p>}
    </div>
  );
}
