import { type ReactNode, useId, useState } from 'react';
import { ErrorNotice } from './error-notice.tsx';
import { useDialog } from './use-dialog.ts';

interface ConfirmProps {
  /** On the button that opens the question. */
  label: string;
  title: string;
  /** On the button that does it: names what it does and to how many. */
  action: string;
  isDangerous?: boolean;
  isSmall?: boolean;
  disabled?: boolean;
  /** What will be touched. */
  children: ReactNode;
  onConfirm: () => Promise<unknown>;
}

/** A button that asks before it does what it says. */
export function Confirm({ label, title, action, isDangerous, isSmall, disabled, children, onConfirm }: ConfirmProps) {
  const { dialog, opener } = useDialog();
  const [error, setError] = useState<unknown>();
  const [isBusy, setBusy] = useState(false);
  const id = useId();
  const open = () => {
    setError(undefined);
    dialog.current?.showModal();
  };
  const confirm = async () => {
    setBusy(true);
    setError(undefined);
    try {
      await onConfirm();
      dialog.current?.close();
    } catch (problem) {
      setError(problem);
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <button
        ref={opener}
        type="button"
        className={`button${isDangerous ? ' danger' : ''}${isSmall ? ' small' : ''}`}
        disabled={disabled}
        onClick={open}
      >
        {label}
      </button>
      <dialog ref={dialog} aria-labelledby={id}>
        <div className="stack">
          <h2 id={id}>{title}</h2>
          {children}
          {error !== undefined && <ErrorNotice error={error} />}
        </div>
        <div className="dialog-actions">
          <button type="button" className="button" onClick={() => dialog.current?.close()}>
            Cancel
          </button>
          <button
            type="button"
            className={isDangerous ? 'button danger' : 'button primary'}
            disabled={isBusy}
            onClick={() => void confirm()}
          >
            {action}
          </button>
        </div>
      </dialog>
    </>
  );
}
