import { type Outcome, publicAppId } from '@fanfare/core';
import { type Device, recordFailing, setOtherEnvironment } from '@fanfare/store';
import type { DeviceAddress } from './address.ts';
import type { SenderDeps } from './deps.ts';

/** The user, their device and the credential that an answer is about. */
interface Concerned {
  uid: string;
  device: Device;
  address: DeviceAddress;
}

/** Records what an answer says about the token and the credential. Not a promise if there is nothing to write. */
export function recordSideEffects(deps: SenderDeps, concerned: Concerned, sent: Outcome): Promise<void> | undefined {
  const { tally, isFailing } = concerned.address;
  if (sent.kind === 'accepted') {
    tally.accepted++;
    if (sent.otherEnvironment === undefined && !isFailing) return undefined;
  }
  return write(deps, concerned, sent);
}

async function write(deps: SenderDeps, { uid, device, address }: Concerned, sent: Outcome): Promise<void> {
  const { tally, isFailing } = address;
  const { appId, kind, id } = tally.credential;
  const named = { appId: publicAppId(appId), kind, id };
  switch (sent.kind) {
    case 'token_dead':
      return deps.tokenSafety.reportDead(tally, uid, device, sent.reason);
    case 'credential_failing':
      await recordFailing(deps.registry, appId, { kind, id }, { reason: sent.reason, at: deps.now() });
      deps.log.error({ ...named, reason: sent.reason, detail: sent.detail }, 'credential.failing');
      return;
    case 'accepted':
      if (sent.otherEnvironment !== undefined) {
        await setOtherEnvironment(deps.registry, appId, uid, device, sent.otherEnvironment);
      }
      if (!isFailing) return;
      await recordFailing(deps.registry, appId, { kind, id }, undefined);
      deps.log.info(named, 'credential.works_again');
  }
}
