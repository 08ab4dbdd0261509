import { useEffect, useRef } from 'react';

/** Calls a function for a key, wherever the focus is. Single characters are left to what is being written in. */
export function useKeys(actions: Record<string, (event: KeyboardEvent) => void>): void {
  const latest = useRef(actions);
  latest.current = actions;
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const withControl = event.ctrlKey || event.metaKey;
      if (event.altKey || (!withControl && isWriting(event.target))) return;
      const action = latest.current[withControl ? `Ctrl ${event.key.toLowerCase()}` : event.key];
      if (!action) return;
      event.preventDefault();
      action(event);
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
}

const isWriting = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.closest('input, textarea, select, dialog[open]') !== null;
