import type { Violation } from './errors.ts';
import {
  bool,
  duration,
  float,
  int32,
  listOf,
  message,
  oneOf,
  type Shape,
  string,
  stringMap,
  struct,
  timestamp,
} from './proto-json.ts';

/** The parts of a request that FCM's rules or the simulator use. */
export interface SendRequest {
  validate_only?: boolean;
  message?: FcmMessage;
}

export interface FcmMessage {
  token?: string;
  topic?: string;
  condition?: string;
  data?: Record<string, string>;
  notification?: Record<string, string>;
  android?: {
    collapse_key?: string;
    ttl?: string;
    data?: Record<string, string>;
    notification?: { tag?: string };
  };
  webpush?: { headers?: Record<string, string> };
  apns?: { headers?: Record<string, string>; payload?: object };
}

const FcmOptions = message('FcmOptions', { analytics_label: string });

const AndroidNotification = message('AndroidNotification', {
  title: string,
  body: string,
  icon: string,
  color: string,
  sound: string,
  tag: string,
  click_action: string,
  body_loc_key: string,
  body_loc_args: listOf(string),
  title_loc_key: string,
  title_loc_args: listOf(string),
  channel_id: string,
  ticker: string,
  sticky: bool,
  event_time: timestamp,
  local_only: bool,
  notification_priority: oneOf(
    'NotificationPriority',
    'PRIORITY_UNSPECIFIED',
    'PRIORITY_MIN',
    'PRIORITY_LOW',
    'PRIORITY_DEFAULT',
    'PRIORITY_HIGH',
    'PRIORITY_MAX',
  ),
  default_sound: bool,
  default_vibrate_timings: bool,
  default_light_settings: bool,
  vibrate_timings: listOf(duration),
  visibility: oneOf('Visibility', 'VISIBILITY_UNSPECIFIED', 'PRIVATE', 'PUBLIC', 'SECRET'),
  notification_count: int32,
  light_settings: message('LightSettings', {
    color: message('Color', { red: float, green: float, blue: float, alpha: float }),
    light_on_duration: duration,
    light_off_duration: duration,
  }),
  image: string,
  bypass_proxy_notification: bool,
  proxy: oneOf('Proxy', 'PROXY_UNSPECIFIED', 'ALLOW', 'DENY', 'IF_PRIORITY_LOWERED'),
});

const AndroidConfig = message('AndroidConfig', {
  collapse_key: string,
  priority: oneOf('AndroidMessagePriority', 'NORMAL', 'HIGH'),
  ttl: duration,
  restricted_package_name: string,
  data: stringMap,
  notification: AndroidNotification,
  fcm_options: FcmOptions,
  direct_boot_ok: bool,
  bandwidth_constrained_ok: bool,
  restricted_satellite_ok: bool,
});

/** https://firebase.google.com/docs/reference/fcm/rest/v1/projects.messages/send */
const Request: Shape = message('SendMessageRequest', {
  validate_only: bool,
  message: message('Message', {
    name: string,
    data: stringMap,
    notification: message('Notification', { title: string, body: string, image: string }),
    android: AndroidConfig,
    webpush: message('WebpushConfig', {
      headers: stringMap,
      data: stringMap,
      notification: struct,
      fcm_options: message('WebpushFcmOptions', { link: string, analytics_label: string }),
    }),
    apns: message('ApnsConfig', {
      headers: stringMap,
      payload: struct,
      fcm_options: message('ApnsFcmOptions', { analytics_label: string, image: string }),
      live_activity_token: string,
    }),
    fcm_options: FcmOptions,
    token: string,
    topic: string,
    condition: string,
  }),
});

/** The request, or all problems of the JSON. */
export function readRequest(json: unknown): SendRequest | Violation[] {
  const problems: Violation[] = [];
  const request = Request(json, '', problems) as SendRequest;
  const [first, second] = TARGETS.filter((target) => request.message?.[target] !== undefined);
  if (problems.length === 0 && first && second) {
    const conflict = `oneof field 'target' is already set. Cannot set '${second}'`;
    const description = `Invalid value at 'message' (oneof), ${conflict}`;
    problems.push({ field: 'message', description });
  }
  return problems.length > 0 ? problems : request;
}

const TARGETS = ['token', 'topic', 'condition'] as const;
