import { useState } from 'react';
import { fanfareOf } from '../../api/fanfare.ts';
import { useIsAdmin } from '../../api/use-role.ts';
import { Confirm } from '../../components/confirm.tsx';
import { countOf } from '../../format/number.ts';

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
    if (ids.length > 0) await fanfareOf(app).replay({ ids });
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
          The {deliveries} of <code>{id}</code> will be sent again, as far as their dead letters are kept. Who got the
          event already does not get it twice.
        </p>
      </Confirm>
      {started !== undefined && (
        <span role="status" className="quiet">
          {started === 0
            ? 'No dead letter of it is kept.'
            : `Sending ${countOf(started, 'delivery', 'deliveries')} again.`}
        </span>
      )}
    </>
  );
}

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
