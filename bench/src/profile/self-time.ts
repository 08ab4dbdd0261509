/** The part of a .cpuprofile that we read: https://chromedevtools.github.io/devtools-protocol/tot/Profiler/#type-Profile */
export interface CpuProfile {
  nodes: readonly ProfileNode[];
  /** Ids of nodes. */
  samples?: readonly number[];
  /** Microseconds before each sample. */
  timeDeltas?: readonly number[];
}

interface ProfileNode {
  id: number;
  callFrame: { functionName: string; url: string; lineNumber: number };
  /** Ids. */
  children?: readonly number[];
}

/** Self time, microseconds, longest first. */
export type SelfTimes = readonly (readonly [name: string, micros: number])[];

/** Self time by package and by function, without idle time and what the profiler itself took. */
export function selfTimes(profile: CpuProfile): { total: number; packages: SelfTimes; functions: SelfTimes } {
  const { nodes, samples = [], timeDeltas = [] } = profile;
  const profiler = profilerNodes(nodes);
  const frames = new Map(nodes.filter(({ id }) => !profiler.has(id)).map(({ id, callFrame }) => [id, callFrame]));
  const packages = new Map<string, number>();
  const functions = new Map<string, number>();
  let total = 0;
  for (const [i, id] of samples.entries()) {
    const frame = frames.get(id);
    if (frame === undefined || frame.functionName === '(idle)') continue;
    const micros = timeDeltas[i] ?? 0;
    const place = packageOf(frame.url, frame.functionName);
    total += micros;
    add(packages, place, micros);
    add(functions, `${place}: ${frame.functionName || '(anonymous)'}`, micros);
  }
  return { total, packages: longestFirst(packages), functions: longestFirst(functions) };
}

/** Ids of the frames of Node's inspector and of all that they call. */
function profilerNodes(nodes: readonly ProfileNode[]): ReadonlySet<number> {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const found = new Set<number>();
  const collect = (id: number): void => {
    found.add(id);
    for (const child of byId.get(id)?.children ?? []) collect(child);
  };
  for (const { id, callFrame } of nodes) if (callFrame.url.startsWith('node:inspector')) collect(id);
  return found;
}

const PLACES: readonly [RegExp, (part: string) => string][] = [
  [/^(node:[\w/]+)/, (part) => part],
  [/.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/, (part) => part],
  [/\/(?:packages|apps)\/([^/]+)\/dist\//, (part) => `@fanfare/${part}`],
];

/** The package of a script; V8's own work and native functions have no script. */
function packageOf(url: string, functionName: string): string {
  for (const [pattern, name] of PLACES) {
    const [, part] = pattern.exec(url) ?? [];
    if (part !== undefined) return name(part);
  }
  if (url !== '') return 'other';
  return /^\(.+\)$/.test(functionName) ? functionName.slice(1, -1) : 'native';
}

const add = (sums: Map<string, number>, name: string, micros: number): void =>
  void sums.set(name, (sums.get(name) ?? 0) + micros);

const longestFirst = (sums: ReadonlyMap<string, number>): SelfTimes => [...sums].sort((a, b) => b[1] - a[1]);
