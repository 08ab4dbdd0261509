/** A header field as HPACK knows it. Those of the tables are shared by all answers. */
export interface Field {
  readonly name: string;
  readonly value: string;
  /** What it counts for in a table or a header list: https://www.rfc-editor.org/rfc/rfc7541#section-4.1 */
  readonly size: number;
  /** Whether a response may have it: https://www.rfc-editor.org/rfc/rfc9113#section-8.2 and #section-8.3.2 */
  readonly kind: 'status' | 'regular' | 'malformed';
}

/** The overhead that every field counts for. */
const OVERHEAD_BYTES = 32;

/** A token in lower case: https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2 */
const NAME = /^[!#$%&'*+.^_`|~0-9a-z-]+$/;
const BAD_VALUE = /[\0\r\n]|^[ \t]|[ \t]$/;
/** They belong to one hop of HTTP/1.1. */
const OF_THE_CONNECTION: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
]);

/** A field of a response. Every character stands for one byte. */
export const fieldOf = (name: string, value: string): Field => ({
  name,
  value,
  size: name.length + value.length + OVERHEAD_BYTES,
  kind: kindOf(name, value),
});

function kindOf(name: string, value: string): Field['kind'] {
  if (name === ':status') return /^[1-9][0-9]{2}$/.test(value) ? 'status' : 'malformed';
  return NAME.test(name) && !OF_THE_CONNECTION.has(name) && !BAD_VALUE.test(value) ? 'regular' : 'malformed';
}
