import { type Outcome, type Push, publicAppId } from '@fanfare/core';
import { type AppBundle, type Device, recordFailing, setOtherEnvironment } from '@fanfare/store';
import type { SenderDeps } from './deps.ts';
import type { Tally } from './token-safety.ts';

/** Records what an answer says about the token and the credential. */
export async function recordSideEffects(
  deps: SenderDeps,
  { app, push: { appId, uid } }: { app: AppBundle; push: Push },
  device: Device,
  tally: Tally,
  sent: Outcome,
): Promise<void> {
  const { kind, id } = tally.credential;
  const named = { appId: publicAppId(appId), kind, id };
  switch (sent.kind) {
    case 'token_dead':
      return deps.tokenSafety.reportDead(tally, uid, device, sent.reason);
    case 'credential_failing':
      await recordFailing(deps.registry, appId, { kind, id }, { reason: sent.reason, at: deps.now() });
      deps.log.error({ ...named, reason: sent.reason, detail: sent.detail }, 'credential.failing');
      return;
    case 'accepted':
      tally.accepted++;
      if (sent.otherEnvironment !== undefined) {
        await setOtherEnvironment(deps.registry, appId, uid, device, sent.otherEnvironment);
      }
      if (!app.failing(kind, id)) return;
      await recordFailing(deps.registry, appId, { kind, id }, undefined);
      deps.log.info(named, 'credential.works_again');
  }
}
