import { type ReactNode, useId, useState } from 'react';
import { Icon } from './icon.tsx';
import { useDialog } from './use-dialog.ts';

interface DialogProps {
  /** On the button that opens it. */
  label: string;
  title: string;
  isPrimary?: boolean;
  isSmall?: boolean;
  disabled?: boolean;
  /** The content, created again whenever the dialog is opened. */
  children: (close: () => void) => ReactNode;
}

/** A button that opens a dialog. */
export function Dialog({ label, title, isPrimary, isSmall, disabled, children }: DialogProps) {
  const { dialog, opener } = useDialog();
  const [isOpen, setOpen] = useState(false);
  const id = useId();
  const close = () => dialog.current?.close();
  const open = () => {
    setOpen(true);
    dialog.current?.showModal();
  };
  return (
    <>
      <button
        ref={opener}
        type="button"
        className={`button${isPrimary ? ' primary' : ''}${isSmall ? ' small' : ''}`}
        disabled={disabled}
        onClick={open}
      >
        {label}
      </button>
      <dialog ref={dialog} aria-labelledby={id} onClose={() => setOpen(false)}>
        <div className="stack">
          <div className="card-head">
            <h2 id={id}>{title}</h2>
            <button type="button" className="button small plain" aria-label="Close" onClick={close}>
              <Icon name="cross" size={14} />
            </button>
          </div>
          {isOpen && children(close)}
        </div>
      </dialog>
    </>
  );
}
