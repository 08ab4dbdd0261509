import type { ReactNode } from 'react';

/** One line, or one part of the stacked bars. */
interface Series {
  label: string;
  /** Of the tokens, e.g. `--accepted`. */
  color: `--${string}`;
  /** Null where nothing is known. */
  values: readonly (number | null)[];
}

export interface ChartProps {
  /** What is shown; the caption of the table for screen readers. */
  title: string;
  /** Epoch ms, rising. */
  at: readonly number[];
  series: readonly Series[];
  /** The whole range of time, epoch ms. */
  from: number;
  to: number;
  /** Bars on top of each other, the first series at the bottom; else lines. */
  stacked?: boolean;
  /** A value in words, with its unit. */
  format: (value: number) => string;
  /** A click on a moment, epoch ms. */
  onPick?: (at: number) => void;
  /** In pixels. */
  height?: number;
  /** Shown instead of a chart without values. */
  empty?: ReactNode;
}

/** A value in words; a dash where nothing is known. */
export const words = (value: number | null | undefined, format: ChartProps['format']): string =>
  value === null || value === undefined ? '–' : format(value);

/** Of a chart that is given no other height, in pixels. */
export const HEIGHT = 230;
