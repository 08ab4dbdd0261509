import { type CpuProfile, packageOf, selfMicros } from './cpu-profile.ts';

/** Self time, microseconds, longest first. */
export type SelfTimes = readonly (readonly [name: string, micros: number])[];

/** Self time by package and by function, without idle time and what the profiler itself took. */
export function selfTimes(profile: CpuProfile): { total: number; packages: SelfTimes; functions: SelfTimes } {
  const frames = new Map(profile.nodes.map(({ id, callFrame }) => [id, callFrame]));
  const packages = new Map<string, number>();
  const functions = new Map<string, number>();
  let total = 0;
  for (const [id, micros] of selfMicros(profile)) {
    const frame = frames.get(id);
    if (frame === undefined) continue;
    const place = packageOf(frame);
    total += micros;
    add(packages, place, micros);
    add(functions, `${place}: ${frame.functionName || '(anonymous)'}`, micros);
  }
  return { total, packages: longestFirst(packages), functions: longestFirst(functions) };
}

const add = (sums: Map<string, number>, name: string, micros: number): void =>
  void sums.set(name, (sums.get(name) ?? 0) + micros);

const longestFirst = (sums: ReadonlyMap<string, number>): SelfTimes => [...sums].sort((a, b) => b[1] - a[1]);
