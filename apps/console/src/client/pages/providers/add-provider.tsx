import type { ProviderKind } from '@fanfare/client';
import { useState } from 'react';
import { Dialog } from '../../components/dialog.tsx';
import { Segments } from '../../components/segments.tsx';
import { AddApns } from './add-apns.tsx';
import { AddFcm } from './add-fcm.tsx';
import { WebhookForm } from './webhook-form.tsx';

interface AddProviderProps {
  app: string;
  /** An app has one webhook. */
  hasWebhook: boolean;
}

/** Opens a dialog to add a provider of any kind. */
export function AddProvider({ app, hasWebhook }: AddProviderProps) {
  const [kind, setKind] = useState<ProviderKind>('fcm');
  const options: { value: ProviderKind; label: string }[] = [
    { value: 'fcm', label: 'FCM' },
    { value: 'apns', label: 'APNs' },
    ...(hasWebhook ? [] : [{ value: 'custom' as const, label: 'Webhook' }]),
  ];
  return (
    <Dialog label="Add provider" title="Add a provider" isPrimary>
      {(close) => (
        <>
          <div>
            <Segments label="Kind" options={options} chosen={kind} onChoose={setKind} />
          </div>
          {kind === 'fcm' && <AddFcm app={app} onDone={close} />}
          {kind === 'apns' && <AddApns app={app} onDone={close} />}
          {kind === 'custom' && <WebhookForm app={app} before={undefined} onDone={close} />}
        </>
      )}
    </Dialog>
  );
}
