import { Fragment } from 'react';
import { runsOf } from '../format/runs.ts';

/** An English sentence that may name users or groups in Arabic or Hebrew: each name keeps its place in it. */
export function Bidi({ text }: { text: string }) {
  return runsOf(text).map(({ at, text: run, isRightToLeft }) =>
    isRightToLeft ? <bdi key={at}>{run}</bdi> : <Fragment key={at}>{run}</Fragment>,
  );
}
