import type { ProviderKind, SystemState } from '@fanfare/client';
import type { ReactNode } from 'react';
import { fanfareOf } from '../../api/fanfare.ts';
import { useIsAdmin } from '../../api/use-role.ts';
import { useSave } from '../../api/use-save.ts';
import { Card } from '../../components/card.tsx';
import { Confirm } from '../../components/confirm.tsx';
import { Time } from '../../components/time.tsx';
import { countOf, percent } from '../../format/number.ts';
import { inSentence } from '../../format/outcomes.ts';
import { PROVIDER_NAMES } from '../../format/words.ts';
import { TestPush } from './test-push.tsx';

/** How the provider does, for its card. */
export interface Health {
  /** Why the push service or the endpoint refuses, and since when, epoch ms. */
  failing: { reason: string; since: number; until?: number | undefined; held: number } | undefined;
  /** Share of deliveries that were accepted in 24 hours, of all credentials of the kind; undefined: none were sent. */
  accepted: number | undefined;
}

/** What a breaker and the provider's own record say about it. */
export function healthOf(
  { breakers }: Pick<SystemState, 'breakers'>,
  which: { app: string; kind: ProviderKind; name: string },
  failing: { reason: string; at: number } | undefined,
): Health['failing'] {
  const breaker = breakers.find(
    ({ appId, provider, name }) => appId === which.app && provider === which.kind && name === which.name,
  );
  if (breaker) return { reason: breaker.reason, since: breaker.since, until: breaker.until, held: breaker.waiting };
  return failing && { reason: failing.reason, since: failing.at * 1000, held: 0 };
}

interface ProviderCardProps {
  app: string;
  kind: ProviderKind;
  providerId: string;
  title: string;
  /** Short words beside the title: the environment, whether it is the default. */
  tags: readonly string[];
  facts: readonly { name: string; value: ReactNode }[];
  health: Health;
  /** More buttons. */
  actions?: ReactNode;
  notices?: ReactNode;
}

/** One credential or the webhook: how it does, and what can be done with it. */
export function ProviderCard({
  app,
  kind,
  providerId,
  title,
  tags,
  facts,
  health,
  actions,
  notices,
}: ProviderCardProps) {
  const isAdmin = useIsAdmin();
  const { failing, accepted } = health;
  const remove = useSave(app, () => fanfareOf(app).deleteProvider(kind, providerId));
  return (
    <Card
      title={title}
      aside={
        <span className="row">
          <span className="tag">{PROVIDER_NAMES[kind]}</span>
          {tags.map((tag) => (
            <span className="tag" key={tag}>
              {tag}
            </span>
          ))}
          <span className={`tag ${failing ? 'late' : 'good'}`}>{failing ? 'Failing' : 'Working'}</span>
        </span>
      }
    >
      {failing && (
        <div className="notice late">
          <p>
            Refusing since <Time at={failing.since} />: {inSentence(failing.reason)}.
          </p>
          {failing.held > 0 && <p>{countOf(failing.held, 'delivery is waiting', 'deliveries are waiting')}.</p>}
          {failing.until !== undefined && (
            <p className="quiet">
              Next attempt at <Time at={failing.until} />.
            </p>
          )}
        </div>
      )}
      {notices}
      <dl className="facts">
        {facts.map(({ name, value }) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
        <div>
          <dt>Accepted in 24 h{kind !== 'custom' && `, all ${PROVIDER_NAMES[kind]}`}</dt>
          <dd>{accepted === undefined ? 'nothing sent' : percent(accepted)}</dd>
        </div>
      </dl>
      {isAdmin && (
        <div className="row">
          <TestPush app={app} kind={kind} providerId={providerId} />
          {actions}
          <Confirm
            isSmall
            label="Delete"
            title={`Delete ${title}?`}
            action={`Delete ${title}`}
            isDangerous
            onConfirm={() => remove.mutateAsync()}
          >
            <p>
              {PROVIDER_NAMES[kind]} of {app}, <code>{facts[0]?.value}</code>.
            </p>
            <p>
              Deliveries that need it are rejected from then on. Its secret cannot be shown again: to undo this, add it
              again.
            </p>
          </Confirm>
        </div>
      )}
    </Card>
  );
}
