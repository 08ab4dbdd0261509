import { Link } from '@tanstack/react-router';
import { Empty } from '../../components/empty.tsx';
import { FirstSteps } from '../overview/first-steps.tsx';

/** Says why the list is empty, and what to do about it. */
export function NoEvents({ app, isFiltered }: { app: string; isFiltered: boolean }) {
  if (isFiltered) {
    return (
      <Empty title="No stored event matches.">
        <Link to="/a/$app/events" params={{ app }}>
          Show all events
        </Link>
      </Empty>
    );
  }
  return (
    <>
      <Empty title={`No event has come in for ${app} yet.`}>
        Send one from{' '}
        <Link to="/a/$app/send" params={{ app }}>
          the playground
        </Link>
        , or from your chat backend.
      </Empty>
      <FirstSteps app={app} />
    </>
  );
}
