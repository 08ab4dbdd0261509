import {
  effectiveSettings,
  type NotificationDetails,
  type NotifyingEvent,
  type ProviderKind,
  renderDetails,
} from '../../src/index.ts';

/** The parts of `RenderContext` a test is about; settings as an app sets them. */
export interface Said {
  settings?: object;
  profiles?: Parameters<typeof renderDetails>[1]['profiles'];
  recipient?: Partial<Parameters<typeof renderDetails>[1]['recipient']>;
  unread?: number;
  /** A device, unless stated otherwise. */
  provider?: ProviderKind;
}

/** The notification for Bob, unless another user is named, in an app with only these settings. */
export const details = (
  event: NotifyingEvent,
  { settings = {}, profiles = {}, recipient, unread, provider = 'fcm' }: Said = {},
) =>
  renderDetails(event, {
    settings: effectiveSettings(settings),
    profiles,
    recipient: { uid: 'bob', ...recipient },
    provider,
    unread,
  });

/** Title and body only. */
export const texts = (...args: Parameters<typeof details>): Pick<NotificationDetails, 'title' | 'body'> => {
  const { title, body } = details(...args);
  return { title, body };
};
