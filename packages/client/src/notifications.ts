import type { PushPlatform } from './enums.ts';
import { FanfareClientError } from './errors.ts';
import { credential, type Fetch, Http, type HttpRequest } from './http.ts';
import {
  type MutedConversation,
  NotificationPreferences,
  type PreferencesPatch,
  type UnmutedConversation,
} from './preferences.ts';

/** The address of Fanfare and the session. */
export interface FanfareNotificationsOptions {
  /** E.g. `https://push.example.com`. */
  url: string;
  appId: string;
  /** The auth token of this session, created by your backend; or a function that returns the current one. */
  authToken: string | (() => string | Promise<string>);
  /** Default: the global one. */
  fetch?: Fetch;
  /** Timeout of one call in ms, default 15 seconds. */
  timeoutMs?: number;
}

/** A push token as the server knows it. */
export interface PushToken {
  id: string;
  uid: string;
  platform: PushPlatform;
  providerId: string;
  pushToken: string;
  /** `call` for VoIP tokens. */
  pushTokenType: 'chat' | 'call';
  /** The first characters of the session's auth token. */
  authToken?: string;
  /** Epoch seconds. */
  createdAt: number;
  /** Epoch seconds. */
  updatedAt: number;
}

const TOKENS = '/v3/notifications/push/v1/tokens';
const PREFERENCES = '/v3/notifications/v1/preferences';

/**
 * Fanfare for an app, as one logged-in user. Names and arguments are those of CometChat's `CometChatNotifications`
 * (docs/rules/cometchat.md#sdk). Calls are not retried, but every call is safe to repeat. Every method throws
 * FanfareClientError; the code `AUTH_ERR_AUTH_TOKEN_NOT_FOUND` means that the session has ended.
 */
export class FanfareNotifications {
  readonly #http: Http;

  constructor({ url, appId, authToken, fetch, timeoutMs }: FanfareNotificationsOptions) {
    const appid = credential('appId', appId);
    const credentials = async () => {
      const token = typeof authToken === 'function' ? await authToken() : authToken;
      return { appid, authtoken: credential('authToken', token) };
    };
    this.#http = new Http({ url, credentials, fetch, timeoutMs });
  }

  /**
   * Registers this device's push token for this session, and sets the user's time zone. Call it after each login and
   * for every new token of the push service. A time zone that the server does not know is left out.
   */
  async registerPushToken(pushToken: string, platform: PushPlatform, providerId = 'default'): Promise<string> {
    const token = { [tokenField(platform)]: pushToken, platform };
    const register = (timezone?: string) => this.#send('POST', TOKENS, { providerId, timezone, ...token });
    await register(deviceTimeZone()).catch((error: unknown) => {
      if (!isAbout('timezone', error)) throw error;
      return register();
    });
    return 'The push token is registered.';
  }

  /** Drops all push tokens of this session. Call it before logging out. */
  async unregisterPushToken(): Promise<string> {
    await this.#send('DELETE', TOKENS);
    return 'The push tokens of this session are unregistered.';
  }

  /** The push tokens of this session; with `all`, of all the user's sessions. */
  async getTokens({ all = false }: { all?: boolean } = {}): Promise<PushToken[]> {
    const { pushTokens } = await this.#send<{ pushTokens: PushToken[] }>('GET', all ? `${TOKENS}?all=true` : TOKENS);
    return pushTokens;
  }

  /** The user's effective preferences. */
  async fetchPreferences(): Promise<NotificationPreferences> {
    return new NotificationPreferences(await this.#send<PreferencesPatch>('GET', PREFERENCES));
  }

  /**
   * Changes the given preferences and keeps the rest. Values that the app does not let users set are ignored. @returns
   * all effective preferences.
   */
  async updatePreferences(preferences: NotificationPreferences | PreferencesPatch): Promise<NotificationPreferences> {
    return new NotificationPreferences(await this.#send<PreferencesPatch>('PATCH', PREFERENCES, preferences));
  }

  /**
   * Resets the user's preferences. @returns the app's.
   */
  async resetPreferences(): Promise<NotificationPreferences> {
    return new NotificationPreferences(await this.#send<PreferencesPatch>('DELETE', PREFERENCES));
  }

  /** The conversations muted at present. */
  async getMutedConversations(): Promise<MutedConversation[]> {
    const path = `${PREFERENCES}/mute`;
    const { mutedConversations } = await this.#send<{ mutedConversations: MutedConversation[] }>('GET', path);
    return mutedConversations;
  }

  /** Mutes conversations, each until its own time. */
  async muteConversations(conversations: readonly MutedConversation[]): Promise<string> {
    await this.#send('PUT', `${PREFERENCES}/mute`, { conversations });
    return 'The conversations are muted.';
  }

  /** Unmutes conversations; those not muted stay as they are. */
  async unmuteConversations(conversations: readonly UnmutedConversation[]): Promise<string> {
    await this.#send('DELETE', `${PREFERENCES}/mute`, { conversations });
    return 'The conversations are unmuted.';
  }

  /** Sets the user's time zone, used by their schedule: an IANA name, e.g. `Asia/Tokyo`. */
  async updateTimezone(timezone: string): Promise<string> {
    await this.#send('PATCH', `${PREFERENCES}/timezone`, { timezone });
    return 'The time zone is updated.';
  }

  /** The user's time zone. */
  async getTimezone(): Promise<string> {
    const { timezone } = await this.#send<{ timezone: string }>('GET', `${PREFERENCES}/timezone`);
    return timezone;
  }

  /**
   * Marks a message as read, which clears the badge of its conversation. @returns the number of all unread messages.
   */
  async markRead(messageId: string): Promise<number> {
    const path = `/v3/messages/${encodeURIComponent(messageId)}/read`;
    const { unreadMessageCount } = await this.#send<{ unreadMessageCount: number }>('POST', path);
    return unreadMessageCount;
  }

  #send<T>(method: HttpRequest['method'], path: string, body?: object): Promise<T> {
    return this.#http.call<T>({ method, path, body: body === undefined ? undefined : JSON.stringify(body) });
  }
}

/** Whether the server refuses this field. */
const isAbout = (field: string, error: unknown): boolean =>
  error instanceof FanfareClientError && error.status === 400 && error.message.startsWith(`${field}:`);

/** The field for a token, by the platform's name (docs/rules/cometchat.md#platforms). */
function tokenField(platform: PushPlatform): 'fcmToken' | 'deviceToken' | 'voipToken' {
  if (platform.endsWith('_voip')) return 'voipToken';
  return platform.endsWith('_device') ? 'deviceToken' : 'fcmToken';
}

/** Undefined without Intl, as in some builds of React Native; it is then left out. */
const deviceTimeZone = (): string | undefined =>
  typeof Intl === 'undefined' ? undefined : Intl.DateTimeFormat().resolvedOptions().timeZone;
