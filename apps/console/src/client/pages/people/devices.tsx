import type { UserDevice } from '@fanfare/client';
import { useMutation, useQuery } from '@tanstack/react-query';
import { appQueries } from '../../api/app-queries.ts';
import { fanfareOf } from '../../api/fanfare.ts';
import { useLive } from '../../api/live.tsx';
import { useIsAdmin } from '../../api/use-role.ts';
import { useSave } from '../../api/use-save.ts';
import { Card } from '../../components/card.tsx';
import { Confirm } from '../../components/confirm.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { Table } from '../../components/table.tsx';
import { Time } from '../../components/time.tsx';
import { count } from '../../format/number.ts';
import { inSentence } from '../../format/outcomes.ts';
import { targetName } from '../../format/words.ts';
import { TestAnswer } from '../providers/test-push.tsx';

const COLUMNS = [
  'Platform',
  { label: 'Token', isMinor: true } as const,
  { label: 'Provider', isMinor: true } as const,
  'State',
  { label: 'Registered', isMinor: true } as const,
];

/** The push tokens of a user, those in quarantine marked. */
export function Devices({ app, uid }: { app: string; uid: string }) {
  const active = useLive(appQueries.devices(app, uid));
  const quarantined = useLive(appQueries.devices(app, uid, 'quarantined'));
  const devices = [...(active.data ?? []), ...(quarantined.data ?? [])];
  const isAdmin = useIsAdmin();
  const error = active.error ?? quarantined.error;
  return (
    <Card title="Devices" aside={active.data && <p className="quiet">{count(devices.length)}</p>}>
      {error && <ErrorNotice error={error} />}
      {active.data && devices.length === 0 && (
        <p className="quiet">No push token. The user’s app registers one after the login; a webhook needs none.</p>
      )}
      {devices.length > 0 && (
        <Table label={`Devices of ${uid}`} columns={[...COLUMNS, ...(isAdmin ? ['Actions'] : [])]}>
          {devices.map((device) => (
            <Row key={device.id} app={app} uid={uid} device={device} isAdmin={isAdmin} />
          ))}
        </Table>
      )}
    </Card>
  );
}

interface RowProps {
  app: string;
  uid: string;
  device: UserDevice;
  isAdmin: boolean;
}

function Row({ app, uid, device, isAdmin }: RowProps) {
  const { id, platform, providerId, pushToken, updatedAt, reason, quarantinedAt } = device;
  const restore = useSave(app, () =>
    fanfareOf(app).request({
      method: 'POST',
      path: `/v3/users/${encodeURIComponent(uid)}/devices/${encodeURIComponent(id)}/restore`,
    }),
  );
  return (
    <tr>
      <th scope="row">{targetName({ platform })}</th>
      <td className="mono minor">{pushToken.length > 18 ? `${pushToken.slice(0, 18)}…` : pushToken}</td>
      <td className="minor">{providerId}</td>
      <td>
        {quarantinedAt === undefined ? (
          <span className="tag good">Active</span>
        ) : (
          <>
            <span className="tag warn">Quarantine</span>{' '}
            <span className="quiet">
              {reason && inSentence(reason)}, <Time at={quarantinedAt * 1000} />
            </span>
          </>
        )}
      </td>
      <td className="minor">
        <Time at={updatedAt * 1000} />
      </td>
      {isAdmin && (
        <td>
          {quarantinedAt === undefined ? (
            <Dialog label="Test push" title={`Test push to ${uid}`} isSmall>
              {() => <TestDevice app={app} device={device} />}
            </Dialog>
          ) : (
            <Confirm
              isSmall
              label="Restore"
              title={`Restore the token of ${uid}?`}
              action="Restore the token"
              onConfirm={() => restore.mutateAsync()}
            >
              <p>It is used until the push service reports it dead again.</p>
            </Confirm>
          )}
        </td>
      )}
    </tr>
  );
}

function TestDevice({ app, device: { platform, pushToken, providerId } }: { app: string; device: UserDevice }) {
  const kind = platform.startsWith('apns') ? 'apns' : 'fcm';
  const credentials = useQuery(appQueries.providers(app)).data?.[kind] ?? [];
  const used =
    credentials.find((one) => one.providerId === providerId) ?? credentials.find(({ isDefault }) => isDefault);
  const test = useMutation({
    mutationFn: (id: string) => fanfareOf(app).testProvider(kind, id, { platform, token: pushToken }),
  });
  return (
    <>
      <p>
        {used
          ? `One push is sent to this device, ${targetName({ platform })}, with ${used.providerId}.`
          : `There is no provider for ${targetName({ platform })}: add one first.`}
      </p>
      {test.error && <ErrorNotice error={test.error} />}
      {test.data && <TestAnswer answer={test.data} />}
      <div className="dialog-actions">
        <button
          type="button"
          className="button primary"
          disabled={!used || test.isPending}
          onClick={() => used && test.mutate(used.providerId)}
        >
          {test.isPending ? 'Waiting for the answer…' : 'Send test push'}
        </button>
      </div>
    </>
  );
}
