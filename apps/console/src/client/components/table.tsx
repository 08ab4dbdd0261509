import type { ReactNode } from 'react';

/** A name alone, or with what is special about the column; a minor one is left out on a phone. */
type Column = string | { label: string; isNumber?: true; isMinor?: true };

interface TableProps {
  /** What the table lists, for screen readers. */
  label: string;
  /** The heads of the columns. */
  columns: readonly Column[];
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
              const given: Exclude<Column, string> = typeof column === 'string' ? { label: column } : column;
              const { label: words, isNumber, isMinor } = given;
              const className = [isNumber && 'number', isMinor && 'minor'].filter(Boolean).join(' ');
              return (
                <th key={words} scope="col" className={className || undefined}>
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
