import { Link } from '@tanstack/react-router';
import { FirstSteps } from '../overview/first-steps.tsx';

/** Says why the list is empty, and what to do about it. */
export function NoEvents({ app, isFiltered }: { app: string; isFiltered: boolean }) {
  if (isFiltered) return <p className="empty">No event that is kept matches.</p>;
  return (
    <>
      <p className="empty">
        No event has come in for {app} yet. Send one from{' '}
        <Link to="/a/$app/send" params={{ app }}>
          the playground
        </Link>
        , or from your chat backend.
      </p>
      <FirstSteps app={app} />
    </>
  );
}
