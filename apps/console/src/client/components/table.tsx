import type { ReactNode } from 'react';

interface TableProps {
  /** What the table lists, for screen readers. */
  label: string;
  /** The heads of the columns; a number's is marked. */
  columns: readonly (string | { label: string; isNumber: true })[];
  /** The rows. */
  children: ReactNode;
}

/** A table that scrolls sideways where it is too wide. */
export function Table({ label, columns, children }: TableProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: What scrolls has to be reached by keyboard.
    <section className="table-frame" aria-label={`${label}, table`} tabIndex={0}>
      <table className="table">
        <thead>
          <tr>
            {columns.map((column) => {
              const isNumber = typeof column !== 'string';
              const words = isNumber ? column.label : column;
              return (
                <th key={words} scope="col" className={isNumber ? 'number' : undefined}>
                  {words}
                </th>
              );
            })}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </section>
  );
}
