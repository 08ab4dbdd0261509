import { useState } from 'react';
import { fanfareOf } from '../../api/fanfare.ts';
import { useIsAdmin } from '../../api/use-role.ts';
import { Confirm } from '../../components/confirm.tsx';
import { count, countOf } from '../../format/number.ts';

interface SendAgainProps {
  app: string;
  id: string;
  /** Deliveries that were rejected. */
  failed: number;
}

/** Sends an event again to those who did not get it: replays its dead letters. */
export function SendAgain({ app, id, failed }: SendAgainProps) {
  const isAdmin = useIsAdmin();
  const [started, setStarted] = useState<number>();
  const deliveries = countOf(failed, 'failed delivery', 'failed deliveries');
  const send = async () => {
    const ids = await lettersOf(app, id);
    for (let from = 0; from < ids.length; from += REPLAYED_AT_ONCE) {
      await fanfareOf(app).replay({ ids: ids.slice(from, from + REPLAYED_AT_ONCE) });
    }
    setStarted(ids.length);
  };
  if (!isAdmin) return null;
  return (
    <>
      <Confirm
        label={`Send again to ${failed} failed`}
        title="Send again?"
        action={`Send ${deliveries} again`}
        onConfirm={send}
      >
        <p>
          The {deliveries} of <code>{id}</code> are sent again if they are among the newest {count(LIMIT * PAGES)} dead
          letters of {app}. Deliveries that succeeded are not repeated.
        </p>
      </Confirm>
      {started !== undefined && (
        <span role="status" className="quiet">
          {started === 0
            ? `None of it is among the newest ${count(LIMIT * PAGES)} dead letters.`
            : `Sending ${countOf(started, 'delivery', 'deliveries')} again.`}
        </span>
      )}
    </>
  );
}

/** Their ids fit into the 256 KiB that the console passes on. */
const REPLAYED_AT_ONCE = 2000;

/** How many dead letters one answer may have, and how many answers are looked through. */
const LIMIT = 1000;
const PAGES = 20;

/** The ids of the event's dead letters, among the newest of the app. */
async function lettersOf(app: string, eventId: string): Promise<string[]> {
  const found: string[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < PAGES; page++) {
    const { data, meta } = await fanfareOf(app).deadLetters({ limit: LIMIT, ...(cursor && { cursor }) });
    found.push(...data.filter((letter) => letter.eventId === eventId).map(({ id }) => id));
    cursor = meta.cursor;
    if (cursor === undefined) break;
  }
  return found;
}
