import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type KeyboardEvent, type RefObject, useId, useState } from 'react';
import { queries } from '../api/queries.ts';
import { Icon } from '../components/icon.tsx';
import { type Command, commandsFor } from './commands.ts';
import { useApp } from './use-app.ts';

/** Everything there is to go to, by typing a part of its name, or an id. */
export function Palette({ dialog }: { dialog: RefObject<HTMLDialogElement | null> }) {
  const app = useApp();
  const apps = useQuery(queries.apps()).data?.data.map(({ appId }) => appId) ?? [];
  const [text, setText] = useState('');
  const [chosen, setChosen] = useState(0);
  const navigate = useNavigate();
  const id = useId();
  const commands = commandsFor(text, app, apps);
  const current = Math.min(chosen, commands.length - 1);

  const run = ({ href, isOutside }: Command) => {
    dialog.current?.close();
    if (isOutside) location.assign(href);
    else void navigate({ href });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step === undefined && event.key !== 'Enter') return;
    event.preventDefault();
    const command = commands[current];
    if (step !== undefined) setChosen((current + step + commands.length) % Math.max(1, commands.length));
    else if (command) run(command);
  };
  return (
    <dialog
      ref={dialog}
      className="palette"
      aria-label="Go to"
      onClose={() => {
        setText('');
        setChosen(0);
      }}
    >
      <input
        type="text"
        role="combobox"
        aria-expanded="true"
        aria-controls={`${id}-list`}
        aria-activedescendant={commands.length > 0 ? `${id}-${current}` : undefined}
        aria-label="Page, app, uid or id of an event"
        placeholder="Page, app, uid or id of an event"
        autoComplete="off"
        spellCheck={false}
        value={text}
        onKeyDown={onKeyDown}
        onChange={({ target }) => {
          setText(target.value);
          setChosen(0);
        }}
      />
      <div role="listbox" id={`${id}-list`} aria-label="Where to go" className="palette-list">
        {commands.map((command, i) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: The keys are the input's.
          <div
            key={command.href}
            id={`${id}-${i}`}
            role="option"
            tabIndex={-1}
            aria-selected={i === current}
            onClick={() => run(command)}
          >
            <Icon name={command.icon} /> {command.label}
          </div>
        ))}
      </div>
    </dialog>
  );
}
