/** The part of a .cpuprofile that we read: https://chromedevtools.github.io/devtools-protocol/tot/Profiler/#type-Profile */
export interface CpuProfile {
  nodes: readonly ProfileNode[];
  /** Ids of nodes. */
  samples?: readonly number[];
  /** Microseconds before each sample. */
  timeDeltas?: readonly number[];
}

/** A function at one place in the call tree. */
export interface ProfileNode {
  id: number;
  callFrame: { functionName: string; url: string; lineNumber: number };
  /** Ids. */
  children?: readonly number[];
}

/** Microseconds that each node itself took, by id, without idle time and what the profiler took. */
export function selfMicros({ nodes, samples = [], timeDeltas = [] }: CpuProfile): ReadonlyMap<number, number> {
  const excluded = profilerNodes(nodes);
  for (const { id, callFrame } of nodes) if (callFrame.functionName === '(idle)') excluded.add(id);
  const micros = new Map<number, number>();
  for (const [i, id] of samples.entries()) {
    if (!excluded.has(id)) micros.set(id, (micros.get(id) ?? 0) + (timeDeltas[i] ?? 0));
  }
  return micros;
}

/** Ids of the frames of Node's inspector and of all that they call. */
function profilerNodes(nodes: readonly ProfileNode[]): Set<number> {
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

/** The package of a function; V8's own work and native functions have no script. */
export function packageOf({ url, functionName }: ProfileNode['callFrame']): string {
  for (const [pattern, name] of PLACES) {
    const [, part] = pattern.exec(url) ?? [];
    if (part !== undefined) return name(part);
  }
  if (url !== '') return 'other';
  return /^\(.+\)$/.test(functionName) ? functionName.slice(1, -1) : 'native';
}
