/** The options of `fanfare dev`. */
export interface DevOptions {
  /** The API's port; if it is taken, the next free one; 0: any free port. */
  port: number;
  /** The folder for Redis data, keys and certificates. */
  data: string;
}
