/** What a figure must reach: its value, or its ratio to plain. */
export interface Target {
  of: 'value' | 'ratio';
  atMost?: number;
  atLeast?: number;
  /** What it must reach later, for the reader. */
  later?: string;
}

/** One line of the table. */
export interface Figure {
  /** P1, P1c, … */
  row: string;
  /** With its unit. */
  what: string;
  ours: number;
  /** What it is compared with: plain's figure, unless `what` names another. */
  plain?: number;
  target?: Target;
}

export const FIGURE_HEAD = ['row', 'figure', 'ours', 'plain', 'ratio', 'must reach', 'reached'];

/** The cells of a figure. */
export function figureCells(figure: Figure): string[] {
  const { row, what, ours, plain, target } = figure;
  const cells = [row, what, shown(ours), shown(plain), shown(ratioOf(figure)), mustReach(target)];
  const reached = hasReached(figure);
  return [...cells, reached === undefined ? '–' : reached ? 'yes' : '**no**'];
}

/** Whether it has reached its target; undefined without one. */
export function hasReached(figure: Figure): boolean | undefined {
  const { ours, target } = figure;
  if (target === undefined) return undefined;
  const { of, atMost = Number.POSITIVE_INFINITY, atLeast = Number.NEGATIVE_INFINITY } = target;
  const value = of === 'value' ? ours : (ratioOf(figure) ?? Number.NaN);
  return value <= atMost && value >= atLeast;
}

const ratioOf = ({ ours, plain }: Figure): number | undefined => (plain === undefined ? undefined : ours / plain);

function mustReach(target: Target | undefined): string {
  if (target === undefined) return '–';
  const { of, atMost, atLeast, later } = target;
  const times = of === 'ratio' ? '×' : '';
  const parts = [
    ...(atMost === undefined ? [] : [`≤ ${atMost}${times}`]),
    ...(atLeast === undefined ? [] : [`≥ ${atLeast}${times}`]),
    ...(later === undefined ? [] : [`(${later})`]),
  ];
  return parts.join(' ');
}

/** Three significant digits at least; whole from 1000 on. */
function shown(value: number | undefined): string {
  if (value === undefined) return '–';
  if (!Number.isFinite(value)) return '?';
  if (Number.isInteger(value) || Math.abs(value) >= 1000) return value.toFixed(0);
  return value.toFixed(Math.abs(value) >= 10 ? 1 : 2);
}
