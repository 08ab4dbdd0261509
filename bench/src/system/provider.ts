/** What answers as FCM, with Google's token endpoint: in a process of its own, so that its CPU is not counted. */
export interface PushProvider {
  /** As the table calls it. */
  name: string;
  /** `https://127.0.0.1:<port>`. */
  url: string;
  /** Takes webhooks as well, over plain HTTP; they are counted alike. */
  webhookUrl: string;
  /** Pushes accepted so far. */
  accepted(): Promise<number>;
  close(): Promise<void>;
}
