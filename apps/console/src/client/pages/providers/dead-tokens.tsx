import { fanfareOf } from '../../api/fanfare.ts';
import { type ApnsCredential, type FcmCredential, providerPath, type TokenGuard } from '../../api/provider-types.ts';
import { useIsAdmin } from '../../api/use-role.ts';
import { useSave } from '../../api/use-save.ts';
import { Confirm } from '../../components/confirm.tsx';
import { count, countOf } from '../../format/number.ts';

/** Tokens that the push service reports as dead, and the guard that does not believe it. */
export function DeadTokens({
  app,
  kind,
  credential,
}: {
  app: string;
  kind: 'fcm' | 'apns';
  credential: FcmCredential | ApnsCredential;
}) {
  const { providerId, quarantined = 0 } = credential;
  const tokenGuard = credential.tokenGuard as TokenGuard | undefined;
  const isAdmin = useIsAdmin();
  const post = (action: string) => () =>
    fanfareOf(app).request({
      method: 'POST',
      path: providerPath(kind, `/${encodeURIComponent(providerId)}/${action}`),
    });
  const restore = useSave(app, post('restore-tokens'));
  const confirm = useSave(app, post('confirm-dead-tokens'));
  if (quarantined === 0 && !tokenGuard) return null;
  return (
    <div className="notice warn stack">
      {tokenGuard && (
        <p>
          Tokens are kept although they are reported dead: {count(tokenGuard.dead)} of{' '}
          {count(tokenGuard.dead + tokenGuard.accepted)} answers said so. Is this the right credential?
        </p>
      )}
      {quarantined > 0 && <p>{countOf(quarantined, 'push token is', 'push tokens are')} in quarantine.</p>}
      {isAdmin && (
        <div className="row">
          {quarantined > 0 && (
            <Confirm
              isSmall
              label="Restore tokens"
              title={`Restore the tokens of ${providerId}?`}
              action={`Restore ${countOf(quarantined, 'token')}`}
              onConfirm={() => restore.mutateAsync()}
            >
              <p>Their devices in {app} are notified until the push service reports them dead again.</p>
            </Confirm>
          )}
          {tokenGuard && (
            <Confirm
              isSmall
              label="Tokens are dead"
              title={`Believe the reports about ${providerId}?`}
              action="Believe the reports"
              isDangerous
              onConfirm={() => confirm.mutateAsync()}
            >
              <p>Tokens that {providerId} reports dead are put into quarantine from then on.</p>
            </Confirm>
          )}
        </div>
      )}
    </div>
  );
}
