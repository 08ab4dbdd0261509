import { type RefObject, useId } from 'react';

const KEYS = [
  ['Ctrl K', 'go to a page, an app, or an event or user by id'],
  ['/', 'find events'],
  ['p', 'pause or resume refreshing'],
  ['?', 'this help'],
  ['Esc', 'close what is open'],
] as const;

const WORDS = [
  ['Accepted', 'The provider took it. Whether the device has shown it, no provider says.'],
  ['Superseded', 'It was no longer needed: the message was deleted, or the call answered elsewhere.'],
  ['Token dead', "The device's token is no longer valid: the app was removed from it."],
  ['Expired', 'It would have come too late: the deadline of its lane had passed.'],
  ['Rejected', 'The provider refused it for good. It is a dead letter, and can be sent again.'],
  ['Held', 'It waits for an endpoint or credential that refuses at present.'],
  ['Not notified', 'The user did not want it, or has no device. The event says who, and why.'],
] as const;

/** The keys, and the words of the pages. */
export function Help({ dialog }: { dialog: RefObject<HTMLDialogElement | null> }) {
  const id = useId();
  return (
    <dialog ref={dialog} aria-labelledby={id}>
      <div className="stack">
        <h2 id={id}>Help</h2>
        <dl className="help-list">
          {KEYS.map(([key, meaning]) => (
            <div key={key}>
              <dt>
                <kbd>{key}</kbd>
              </dt>
              <dd>{meaning}</dd>
            </div>
          ))}
        </dl>
        <h3>What the words mean</h3>
        <dl className="help-list">
          {WORDS.map(([word, meaning]) => (
            <div key={word}>
              <dt>{word}</dt>
              <dd>{meaning}</dd>
            </div>
          ))}
        </dl>
      </div>
      <div className="dialog-actions">
        <button type="button" className="button" onClick={() => dialog.current?.close()}>
          Close
        </button>
      </div>
    </dialog>
  );
}
