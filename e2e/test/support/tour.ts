import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** A step of the tour: what is typed, and what is printed below it. */
export interface Step {
  command: string;
  /** The answers shown, parsed; none where the text shows none. */
  shown: unknown[];
}

/** The section under a heading of the second level, up to the next. @throws when there is none. */
export function section(markdown: string, title: string): string {
  const found = markdown.split(/^## /m).find((text) => text.startsWith(`${title}\n`));
  if (found === undefined) throw new Error(`there is no section "${title}"`);
  return found;
}

/** The `sh` blocks of a text in their order, each with the `json` or `text` below it. */
export function steps(markdown: string): Step[] {
  const found: Step[] = [];
  for (const [, language, text = ''] of markdown.matchAll(/^```(\w+)\n(.*?)^```$/gms)) {
    if (language === 'sh') found.push({ command: text, shown: [] });
    else if (language === 'json' || language === 'text') found.at(-1)?.shown.push(...answers(text));
  }
  return found;
}

/** What was printed, a JSON value a line. */
export const answers = (text: string): unknown[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map(parsed);

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return line;
  }
}

const run = promisify(execFile);
const MARK = '--- the next step ---';

/** Types all steps into one bash, which ends at the first that fails. @returns what each step printed. */
export async function typeAll(commands: readonly string[], cwd: string): Promise<string[]> {
  const script = ['set -euo pipefail', ...commands.flatMap((command) => [command, `echo '${MARK}'`])].join('\n');
  const env = { PATH: process.env.PATH, HOME: process.env.HOME };
  const { stdout } = await run('bash', ['-c', script], { cwd, env, timeout: 60_000 }).catch((error) => {
    throw new Error(`${error.message.split('\n')[0]}\n${error.stdout}\n${error.stderr}`);
  });
  return stdout.split(`${MARK}\n`).slice(0, -1);
}

/** Names of what is a time, and different every time. */
const TIMES = new Set(['createdAt', 'updatedAt', 'finishedAt', 'at', 'receivedAt']);

/** The answer with what may differ (times, and texts of which `…` stands for a part) as it is shown, if it fits. */
export function asShown(answer: unknown, shown: unknown, name = ''): unknown {
  if (typeof answer === 'number' && typeof shown === 'number' && TIMES.has(name)) return shown;
  if (typeof answer === 'string' && typeof shown === 'string') return fits(answer, shown) ? shown : answer;
  if (typeof answer !== 'object' || answer === null || typeof shown !== 'object' || shown === null) return answer;
  const like = shown as Record<string, unknown>;
  const entries = Object.entries(answer).map(([key, value]) => [key, asShown(value, like[key], key)] as const);
  return Array.isArray(answer) ? entries.map(([, value]) => value) : Object.fromEntries(entries);
}

function fits(text: string, shown: string): boolean {
  const [first = '', ...rest] = shown.split('…');
  if (rest.length === 0) return text === shown;
  const last = rest.at(-1) as string;
  return text.length > first.length + last.length && text.startsWith(first) && text.endsWith(last);
}
