import type { FanfareEvent } from '@fanfare/client';
import { createRoute } from '@tanstack/react-router';
import { useState } from 'react';
import { z } from 'zod/mini';
import { useIsAdmin } from '../../api/use-role.ts';
import { Card } from '../../components/card.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { Page } from '../../components/page.tsx';
import { Segments } from '../../components/segments.tsx';
import { appRoute } from '../../shell/app-route.tsx';
import { LockScreens } from '../why/lock-screens.tsx';
import { type Draft, draftOf, eventOf, FIRST_DRAFT, parseEvent, renewed, type Stamp } from './draft.ts';
import { DraftForm } from './draft-form.tsx';
import { Explanations } from './explanations.tsx';
import { Snippets } from './snippets-card.tsx';
import { useSend } from './use-send.ts';
import { Watch } from './watch.tsx';

const text = z.catch(z.optional(z.string()), undefined);

export const playgroundRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/send',
  validateSearch: z.object({ sender: text, to: text, uids: text }),
  component: Playground,
});

const newStamp = (): Stamp => {
  const run = Date.now().toString(36) + Math.random().toString(36).slice(2, 6);
  return { run, sentAt: Date.now() };
};

function Playground() {
  const { app } = playgroundRoute.useParams();
  const { sender = FIRST_DRAFT.sender, to = FIRST_DRAFT.id, uids } = playgroundRoute.useSearch();
  const isAdmin = useIsAdmin();
  const [draft, setDraft] = useState<Draft>({ ...FIRST_DRAFT, sender, id: to });
  const [event, setEvent] = useState<FanfareEvent>(() => eventOf(draft, newStamp()));
  const [json, setJson] = useState<string>();
  const [asked, setAsked] = useState<{ event: FanfareEvent; uids: string[] }>();
  const [whom, setWhom] = useState(uids ?? to);
  const { send, sent, error, isSending } = useSend(app);

  const parsed = json === undefined ? { event } : parseEvent(json);
  const problem = 'problem' in parsed ? parsed.problem : undefined;
  const current = 'event' in parsed ? parsed.event : event;
  const readBack = draftOf(current, draft);

  const write = (changed: Draft) => {
    setDraft(changed);
    setEvent(eventOf(changed, newStamp()));
  };
  const show = (view: 'form' | 'json') => {
    if (view === 'json') return setJson(JSON.stringify(current, null, 2));
    if (readBack === undefined) return;
    setDraft(readBack);
    setEvent(current);
    setJson(undefined);
  };
  const sendIt = async () => {
    const fresh = renewed(current, newStamp());
    setEvent(fresh);
    if (json !== undefined) setJson(JSON.stringify(fresh, null, 2));
    await send(fresh);
  };
  return (
    <Page title="Playground">
      <div className="playground">
        <Card
          title="Event"
          aside={
            <Segments
              label="Written as"
              options={[
                { value: 'form', label: 'Form' },
                { value: 'json', label: 'JSON' },
              ]}
              chosen={json === undefined ? 'form' : 'json'}
              onChoose={show}
            />
          }
        >
          {json === undefined ? (
            <DraftForm draft={draft} onChange={write} />
          ) : (
            <div className="field">
              <label htmlFor="event-json">JSON</label>
              <textarea
                id="event-json"
                rows={16}
                spellCheck={false}
                value={json}
                aria-invalid={problem !== undefined}
                aria-describedby="event-json-note"
                onChange={({ target }) => setJson(target.value)}
              />
              <p id="event-json-note" className={problem === undefined ? 'quiet' : 'problem'}>
                {problem ??
                  (readBack === undefined
                    ? 'Has fields that the form does not show.'
                    : 'Its ids and time are replaced on each send.')}
              </p>
            </div>
          )}
          <div className="field">
            <label htmlFor="event-uids">Explain for these uids</label>
            <input id="event-uids" value={whom} onChange={({ target }) => setWhom(target.value)} spellCheck={false} />
          </div>
          <div className="row">
            <button
              type="button"
              className="button"
              disabled={problem !== undefined}
              onClick={() => setAsked({ event: current, uids: whom.split(/[\s,]+/).filter(Boolean) })}
            >
              Explain and preview
            </button>
            <button
              type="button"
              className="button primary"
              disabled={problem !== undefined || isSending || !isAdmin}
              onClick={() => void sendIt()}
            >
              Send
            </button>
            {!isAdmin && <span className="quiet">Viewers cannot send.</span>}
          </div>
          {error && <ErrorNotice error={error} />}
        </Card>
        <div className="stack">
          {sent !== undefined && <Watch key={sent} app={app} id={sent} />}
          {asked && <Explanations app={app} event={asked.event} uids={asked.uids} />}
          {sent === undefined && !asked && (
            <p className="empty">
              “Explain and preview” says who would get the event and why, and shows what they would see. “Send” sends it
              for real, and shows its outcomes as they arrive.
            </p>
          )}
        </div>
      </div>
      {asked && <LockScreens app={app} source={{ event: asked.event }} uid={asked.uids[0]} />}
      <Snippets event={current} />
    </Page>
  );
}
