import type { ReactNode } from 'react';

/** In place of a list that has nothing: what is missing, and what to do about it. */
export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="empty">
      <p>
        <strong>{title}</strong> {children}
      </p>
    </div>
  );
}
