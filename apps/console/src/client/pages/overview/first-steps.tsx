import { Link, type LinkProps } from '@tanstack/react-router';
import { useLive } from '../../api/live.tsx';
import { queries } from '../../api/queries.ts';
import { useApiUrl } from '../../api/use-api-url.ts';
import { Card } from '../../components/card.tsx';
import { Code } from '../../components/code.tsx';
import { Icon } from '../../components/icon.tsx';
import { setupOf } from './setup.ts';

/** What leads from nothing to a first push; shown until an event has come in. */
export function FirstSteps({ app }: { app: string | undefined }) {
  const api = useApiUrl();
  const apps = useLive(queries.apps());
  const { data: setup } = useLive({
    ...queries.setup(app ?? ''),
    // Once an event has come in, the card stays away.
    enabled: ({ state }) => app !== undefined && !state.data?.hasEvent,
  });
  if (!apps.data || (app !== undefined && !setup)) return null;
  const steps = setupOf(api, app, setup);
  if (steps.every(({ isDone }) => isDone) || setup?.hasEvent) return null;
  const next = steps.find(({ isDone }) => !isDone);
  return (
    <Card title="First push" aside={<p className="quiet">{app ?? 'no app yet'}</p>}>
      <ol className="steps">
        {steps.map(({ title, isDone, text, snippet, page }) => (
          <li key={title} className={isDone ? 'done' : undefined}>
            <span className="step-mark">{isDone ? <Icon name="check" size={16} /> : null}</span>
            <div className="stack">
              <strong>
                {title}
                {isDone && <span className="hidden"> (done)</span>}
              </strong>
              {title === next?.title && (
                <>
                  <p className="quiet">
                    {text}
                    {page && (
                      <>
                        {' '}
                        Use the page <Link {...({ to: page.to, params: { app } } as LinkProps)}>{page.label}</Link>, or
                        a terminal:
                      </>
                    )}
                  </p>
                  <Code text={snippet} />
                </>
              )}
            </div>
          </li>
        ))}
      </ol>
    </Card>
  );
}
