/** A number of things, e.g. `12,345`. */
export const count = (things: number): string => things.toLocaleString('en-US');

/** A number of things with their word: `1 delivery`, `12 deliveries`. */
export const countOf = (things: number, one: string, many = `${one}s`): string =>
  `${count(things)} ${things === 1 ? one : many}`;

/** A share from 0 to 1, e.g. `99.8 %`; never rounded up to all, or down to none. */
export function percent(share: number): string {
  const rounded = Math.round(share * 1000) / 10;
  if (rounded >= 100 && share < 1) return '> 99.9 %';
  if (rounded === 0 && share > 0) return '< 0.1 %';
  return `${rounded} %`;
}

/** A latency in seconds: `230 ms`, `1.7 s`. */
export function latency(seconds: number): string {
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  return seconds < 10 ? `${seconds.toFixed(1)} s` : `${Math.round(seconds)} s`;
}

/** A rate: `120 /s`, `4.2 /s`. */
export function perSecond(rate: number): string {
  if (rate > 0 && rate < 0.05) return '< 0.1 /s';
  return `${rate >= 10 ? count(Math.round(rate)) : rate.toFixed(1)} /s`;
}
