import { createHash } from 'node:crypto';
import { z } from 'zod';
import { seconds } from '../../http/fields.ts';

/** The settings CometChat's SDK uses after logging in. */
export const SdkSettings = z.object({
  settingsHash: z.string().describe('Changes whenever any other setting changes.'),
  settingsHashReceivedAt: z.number().describe('Epoch seconds.'),
  CLIENT_API_HOST: z.string().describe('Where devices reach this API: host and optional port.'),
  ADMIN_API_HOST: z.string(),
  CHAT_API_VERSION: z.literal('v3').describe('First segment of every path the SDK calls.'),
  ANALYTICS_PING_DISABLED: z.literal(true),
  REGION: z.string(),
  EXTENSION_DOMAIN: z.string().describe('The SDK reaches extensions at NAME-REGION.EXTENSION_DOMAIN.'),
  MODE: z.literal('DEFAULT'),
  APP_VERSION: z.literal(4),
});
type SdkSettings = z.infer<typeof SdkSettings>;

/** The settings for an app in this region and a client that reaches us at `host`; `now` in epoch ms. */
export function sdkSettings(
  { host, region, extensionDomain = host }: { host: string; region: string; extensionDomain?: string | undefined },
  now: number,
): SdkSettings {
  const settings = {
    CLIENT_API_HOST: host,
    ADMIN_API_HOST: host,
    CHAT_API_VERSION: 'v3' as const,
    ANALYTICS_PING_DISABLED: true as const,
    REGION: region,
    EXTENSION_DOMAIN: extensionDomain,
    MODE: 'DEFAULT' as const,
    APP_VERSION: 4 as const,
  };
  const settingsHash = createHash('sha256').update(JSON.stringify(settings)).digest('hex').slice(0, 32);
  return { settingsHash, settingsHashReceivedAt: seconds(now), ...settings };
}
