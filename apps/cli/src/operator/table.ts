/** A cell: text to the left, numbers to the right. */
export type Cell = string | number;

/** Lines of a table with aligned columns. */
export function table(heads: readonly string[], rows: readonly (readonly Cell[])[]): string[] {
  const shown = rows.map((row) => row.map((cell) => (typeof cell === 'number' ? cell.toLocaleString('en') : cell)));
  const widths = heads.map((head, i) => Math.max(head.length, ...shown.map((row) => (row[i] ?? '').length)));
  const isNumeric = heads.map((_, i) => rows.length > 0 && rows.every((row) => typeof row[i] === 'number'));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, i) => (isNumeric[i] ? cell.padStart(widths[i] as number) : cell.padEnd(widths[i] as number)))
      .join('  ')
      .trimEnd();
  return [line(heads), ...shown.map(line)];
}
