import { shownDuration } from '../operator/moments.ts';
import type { Screen } from '../operator/operator.ts';
import { ProgressBar } from '../operator/progress-bar.ts';

/** How far an import has come at a moment. */
export interface Progress {
  /** Epoch ms. */
  at: number;
  /** Read of the file. */
  bytes: number;
  /** Written by the server. */
  lines: number;
}

/** The rate is that of so long, ms: an import that continues reads past its first lines at once. */
const RATE_OVER_MS = 10_000;

/** The progress bar of an import: bytes of the file, lines, rate, and the time that is left. */
export class ImportBar {
  readonly #bar: ProgressBar;
  readonly #size: number;
  #recent: Progress[] = [];

  constructor(screen: Screen, size: number) {
    this.#bar = new ProgressBar(screen);
    this.#size = size;
  }

  draw(now: Progress): void {
    this.#recent = [...this.#recent.filter(({ at }) => at >= now.at - RATE_OVER_MS), now];
    this.#bar.draw(now.bytes, this.#size, progressWords(this.#recent[0] as Progress, now, this.#size));
  }

  clear(): void {
    this.#bar.clear();
  }
}

/** The words beside the bar. The rate, and what it leads to, are those since `before`. */
export function progressWords(before: Progress, now: Progress, size: number): string {
  const ms = now.at - before.at;
  const [bytes, lines] = [now.bytes - before.bytes, now.lines - before.lines];
  const rate = ms > 0 && lines > 0 ? [`${count((lines * 1000) / ms)} lines/s`] : [];
  const left = ms > 0 && bytes > 0 ? [`${shownDuration(((size - now.bytes) * ms) / bytes)} left`] : [];
  return [`${megabytes(now.bytes)} of ${megabytes(size)} MB`, `${count(now.lines)} lines`, ...rate, ...left].join(', ');
}

const count = (number: number): string => Math.round(number).toLocaleString('en');
const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);
