import { type ReactNode, useEffect } from 'react';

interface PageProps {
  /** The heading, and the title of the tab. */
  title: string;
  /** Shown at the end of the heading's line. */
  actions?: ReactNode;
  children: ReactNode;
}

/** The frame of a page: heading, actions and content. */
export function Page({ title, actions, children }: PageProps) {
  useEffect(() => {
    document.title = `${title} · Fanfare`;
  }, [title]);
  return (
    <div className="page">
      <div className="page-head">
        <h1>{title}</h1>
        {actions && <div className="page-actions">{actions}</div>}
      </div>
      {children}
    </div>
  );
}
