import { clockTime, type Style, type Terminal } from '../terminal.ts';

/** A line of an app's log, as createLogger writes it. */
interface LogLine {
  level: string;
  time: string;
  name: string;
  msg?: string;
  err?: { type?: string; message?: string; stack?: string };
  [field: string]: unknown;
}

/** Log lines that `fanfare dev` shows in its own way: the webhook policy in the banner, attempts as delivery lines. */
const SHOWN_ELSEWHERE = /^WEBHOOK_ALLOW_|^delivery\.attempted$/;

const STYLES: Record<string, Style> = { fatal: 'red', error: 'red', warn: 'yellow' };

/** A destination for `createLogger` that turns each JSON line into one line of readable text. */
export function appLog(terminal: Terminal): { write(json: string): void } {
  return {
    write(json) {
      const line = JSON.parse(json) as LogLine;
      if (!SHOWN_ELSEWHERE.test(line.msg ?? '')) terminal.line(readable(line, terminal));
    },
  };
}

function readable({ level, time, name, msg = '', err, ...fields }: LogLine, terminal: Terminal): string {
  const { pid, hostname, ...rest } = fields;
  const words = Object.entries(rest).map(([field, value]) => `${field}=${shown(value)}`);
  const style = STYLES[level] ?? 'dim';
  const head = [clockTime(new Date(time)), terminal.paint(style, level.padEnd(5)), name, msg];
  return [...head, ...words, ...(err ? [inOneLine(err)] : [])].join(' ');
}

const shown = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** The error and the place where it was thrown. */
function inOneLine({ type = 'Error', message = '', stack = '' }: NonNullable<LogLine['err']>): string {
  const place = /^\s+at .*$/m.exec(stack)?.[0].trim();
  return `${type}: ${message.replaceAll('\n', ' ')}${place === undefined ? '' : ` (${place})`}`;
}
