import { Card } from '../../components/card.tsx';
import { TextField } from '../../components/field.tsx';
import { useEditing } from './controls.tsx';

/** Where the members of groups are listed if the chat backend keeps the lists. */
export function MembershipCard({ isSigned }: { isSigned: boolean }) {
  const { draft, set, canEdit, problemAt } = useEditing();
  const { url = '', secret = '' } = draft.membership ?? {};
  const change = (to: { url: string; secret: string }) =>
    set(['membership'], to.url === '' ? undefined : { url: to.url, ...(to.secret !== '' && { secret: to.secret }) });
  return (
    <Card title="Members of groups">
      <TextField
        label="URL that lists the members of a group"
        type="url"
        value={url}
        onChange={(changed) => change({ url: changed, secret })}
        problem={problemAt(['membership', 'url'])}
        placeholder="https://chat.example.com/members"
        hint="Empty: Fanfare keeps the lists."
        disabled={!canEdit}
      />
      <TextField
        label="Signing secret of members"
        type="password"
        value={secret}
        onChange={(changed) => change({ url, secret: changed })}
        problem={problemAt(['membership', 'secret'])}
        placeholder={isSigned ? 'unchanged' : 'whsec_…, optional'}
        hint="It is removed when the URL moves to another origin."
        disabled={!canEdit || url === ''}
      />
    </Card>
  );
}
