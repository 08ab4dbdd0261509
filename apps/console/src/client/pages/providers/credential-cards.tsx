import { fanfareOf } from '../../api/fanfare.ts';
import type { ApnsCredential, FcmCredential } from '../../api/provider-types.ts';
import { useSave } from '../../api/use-save.ts';
import { Confirm } from '../../components/confirm.tsx';
import { DeadTokens } from './dead-tokens.tsx';
import { type Health, ProviderCard } from './provider-card.tsx';

/** A service account of FCM. */
export function FcmCard({ app, credential, health }: { app: string; credential: FcmCredential; health: Health }) {
  const { providerId, isDefault, projectId, clientEmail, serviceAccountFilename } = credential;
  return (
    <ProviderCard
      app={app}
      kind="fcm"
      providerId={providerId}
      title={providerId}
      tags={isDefault ? ['Default'] : []}
      health={health}
      facts={[
        { name: 'Project', value: projectId ?? '–' },
        { name: 'Account', value: clientEmail ?? '–' },
        { name: 'File', value: serviceAccountFilename ?? '–' },
      ]}
      notices={<DeadTokens app={app} kind="fcm" credential={credential} />}
      actions={!isDefault && <MakeDefault app={app} kind="fcm" providerId={providerId} />}
    />
  );
}

/** A key of APNs. */
export function ApnsCard({ app, credential, health }: { app: string; credential: ApnsCredential; health: Health }) {
  const { providerId, isDefault, keyId, teamId, bundleId, productionMode } = credential;
  return (
    <ProviderCard
      app={app}
      kind="apns"
      providerId={providerId}
      title={providerId}
      tags={[productionMode ? 'Production' : 'Sandbox', ...(isDefault ? ['Default'] : [])]}
      health={health}
      facts={[
        { name: 'Bundle', value: bundleId ?? '–' },
        { name: 'Key', value: keyId ?? '–' },
        { name: 'Team', value: teamId ?? '–' },
      ]}
      notices={<DeadTokens app={app} kind="apns" credential={credential} />}
      actions={!isDefault && <MakeDefault app={app} kind="apns" providerId={providerId} />}
    />
  );
}

function MakeDefault({ app, kind, providerId }: { app: string; kind: 'fcm' | 'apns'; providerId: string }) {
  const save = useSave(app, () => fanfareOf(app).setDefaultProvider(kind, providerId));
  return (
    <Confirm
      isSmall
      label="Make default"
      title={`Make ${providerId} the default?`}
      action="Make default"
      onConfirm={() => save.mutateAsync()}
    >
      <p>Push tokens that name no provider are sent with it from then on.</p>
    </Confirm>
  );
}
