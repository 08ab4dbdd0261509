import { type CpuProfile, type ProfileNode, packageOf, selfMicros } from './cpu-profile.ts';

const WIDTH = 1200;
const ROW = 16;
const TOP = 28;
const CHARACTER = 6.2;
/** Share of the whole below which a box is left out: it would be narrower than a pixel. */
const SMALLEST = 1 / WIDTH;
const MOST_ROWS = 40;

/** Time of a function and of all that it calls, merged over the calls from the same caller. */
interface Flame {
  name: string;
  place: string;
  micros: number;
  callees: Map<string, Flame>;
}

/**
 * A flame graph of a CPU profile, as SVG: a box per function, as wide as the time of the function and its callees,
 * callees below, coloured by package. Pointing at a box shows its share. Idle time and the profiler are left out.
 */
export function flameGraph(profile: CpuProfile, title: string): string {
  const root = flames(profile);
  const boxes: string[] = [];
  let rows = 0;
  const draw = (flame: Flame, x: number, row: number): void => {
    if (flame.micros / root.micros < SMALLEST || row >= MOST_ROWS) return;
    rows = Math.max(rows, row + 1);
    boxes.push(box(flame, root.micros, x, row));
    let left = x;
    for (const callee of widestFirst(flame.callees)) {
      draw(callee, left, row + 1);
      left += callee.micros;
    }
  };
  if (root.micros > 0) draw(root, 0, 0);
  const height = TOP + rows * ROW;
  const heading = `${xmlText(title)}, ${(root.micros / 1000).toFixed(0)} ms busy`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="monospace" font-size="10">`,
    `<title>${heading}</title>`,
    `<rect width="${WIDTH}" height="${height}" fill="#fff"/>`,
    `<text x="4" y="18" font-size="13">${heading}</text>`,
    ...boxes,
    '</svg>\n',
  ].join('\n');
}

function flames(profile: CpuProfile): Flame {
  const self = selfMicros(profile);
  const byId = new Map(profile.nodes.map((node) => [node.id, node]));
  const called = new Set(profile.nodes.flatMap(({ children = [] }) => children));
  const root: Flame = { name: 'all', place: 'all', micros: 0, callees: new Map() };
  const add = (node: ProfileNode, caller: Flame): number => {
    const place = packageOf(node.callFrame);
    const name = `${node.callFrame.functionName || '(anonymous)'} [${place}]`;
    const known = caller.callees.get(name);
    const flame = known ?? { name, place, micros: 0, callees: new Map() };
    let micros = self.get(node.id) ?? 0;
    for (const id of node.children ?? []) {
      const callee = byId.get(id);
      if (callee !== undefined) micros += add(callee, flame);
    }
    flame.micros += micros;
    if (known === undefined && micros > 0) caller.callees.set(name, flame);
    return micros;
  };
  for (const node of profile.nodes) {
    if (called.has(node.id)) continue;
    // V8's "(root)" is our "all".
    for (const id of node.children ?? []) {
      const callee = byId.get(id);
      if (callee !== undefined) root.micros += add(callee, root);
    }
  }
  return root;
}

function box({ name, place, micros }: Flame, all: number, x: number, row: number): string {
  const left = (x / all) * WIDTH;
  const width = (micros / all) * WIDTH;
  const y = TOP + row * ROW;
  const fits = Math.floor((width - 4) / CHARACTER);
  const label =
    fits < 3 ? '' : `<text x="${(left + 2).toFixed(1)}" y="${y + 11}">${xmlText(name.slice(0, fits))}</text>`;
  const hint = `<title>${xmlText(name)}: ${((100 * micros) / all).toFixed(1)} %</title>`;
  const size = `width="${Math.max(width - 0.5, 0.5).toFixed(1)}" height="${ROW - 1}"`;
  return `<g>${hint}<rect x="${left.toFixed(1)}" y="${y}" ${size} fill="${colour(place)}"/>${label}</g>`;
}

const COLOURS: readonly [RegExp, string][] = [
  [/^@fanfare\//, '#f6b26b'],
  [/^ioredis|^redis-|^@ioredis/, '#e06666'],
  [/^bullmq|^msgpackr/, '#c27ba0'],
  [/^node:/, '#93c47d'],
  [/^garbage/, '#b7b7b7'],
  [/^native|^program/, '#d9d9d9'],
];

const colour = (place: string): string => COLOURS.find(([pattern]) => pattern.test(place))?.[1] ?? '#9fc5e8';

const widestFirst = (callees: ReadonlyMap<string, Flame>): Flame[] =>
  [...callees.values()].sort((a, b) => b.micros - a.micros);

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

const xmlText = (text: string): string => text.replace(/[&<>"]/g, (sign) => ENTITIES[sign] ?? sign);
