import { useIsAdmin } from '../../api/use-role.ts';
import { Confirm } from '../../components/confirm.tsx';
import { countOf } from '../../format/number.ts';

interface SendAgainProps {
  app: string;
  id: string;
  /** Deliveries that were rejected. */
  failed: number;
  disabled: boolean;
  onConfirm: () => void;
}

/** Asks before an event is sent again to those who did not get it. */
export function SendAgain({ app, id, failed, disabled, onConfirm }: SendAgainProps) {
  const deliveries = countOf(failed, 'failed delivery', 'failed deliveries');
  if (!useIsAdmin()) return null;
  return (
    <Confirm
      label={`Send again to ${failed} failed`}
      title="Send again?"
      action={`Send ${deliveries} again`}
      disabled={disabled}
      onConfirm={async () => onConfirm()}
    >
      <p>
        The {deliveries} of <code>{id}</code> in {app} are sent again with the current credentials and templates, except
        those that were dropped. Deliveries that succeeded are not repeated. This runs in the background and can be
        stopped.
      </p>
    </Confirm>
  );
}
