import { fanfareOf } from '../../api/fanfare.ts';
import type { Webhook } from '../../api/provider-types.ts';
import { useSave } from '../../api/use-save.ts';
import { Confirm } from '../../components/confirm.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { type Health, ProviderCard } from './provider-card.tsx';
import { WebhookForm } from './webhook-form.tsx';

/** The origin of a webhook, or its text if it is no URL. */
export const originOf = (url: string): string => (URL.canParse(url) ? new URL(url).origin : url);

/** The webhook of an app. */
export function WebhookCard({ app, webhook, health }: { app: string; webhook: Webhook; health: Health }) {
  const { webhookURL, isEnabled, useBasicAuth, basicAuthUsername, signed } = webhook;
  const toggle = useSave(app, () => fanfareOf(app).changeProvider('custom', { isEnabled: !isEnabled }));
  return (
    <ProviderCard
      app={app}
      kind="custom"
      providerId="custom"
      title="Webhook"
      tags={isEnabled ? [] : ['Off']}
      health={health}
      facts={[
        { name: 'URL', value: webhookURL },
        { name: 'Login', value: useBasicAuth ? `as ${basicAuthUsername}` : 'none' },
        { name: 'Signature', value: signed ? 'Standard Webhooks' : 'none' },
      ]}
      actions={
        <>
          <Dialog label="Change" title="Change the webhook" isSmall>
            {(close) => <WebhookForm app={app} before={webhook} onDone={close} />}
          </Dialog>
          <Confirm
            isSmall
            label={isEnabled ? 'Disable' : 'Enable'}
            title={isEnabled ? `Disable the webhook of ${app}?` : `Enable the webhook of ${app}?`}
            action={isEnabled ? 'Disable the webhook' : 'Enable the webhook'}
            onConfirm={() => toggle.mutateAsync()}
          >
            <p>
              {isEnabled
                ? `Nothing is posted to ${originOf(webhookURL)} until it is enabled. What it misses is not sent later.`
                : `Notifications of ${app} are posted to ${originOf(webhookURL)} again.`}
            </p>
          </Confirm>
        </>
      }
    />
  );
}
