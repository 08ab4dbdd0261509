import type { Figure } from '../report/figure.ts';
import type { Lab } from './lab.ts';

/** The result of a row. */
export interface RowResult {
  figures: readonly Figure[];
  /** For the reader of the table. */
  notes?: readonly string[];
  /** What was lost or duplicated; the figures are invalid then. */
  losses?: readonly string[];
}

/** A row of the bench: what it measures, and how. */
export interface Row {
  title: string;
  run(lab: Lab): Promise<RowResult>;
}
