import { useLayoutEffect, useRef } from 'react';
import { focusMain } from './focus-main.ts';

/**
 * A dialog and the button that opens it. The browser gives the focus back to the button; if the button leaves the page
 * with it, such as that of a row that was deleted, the content of the page gets it.
 */
export function useDialog() {
  const dialog = useRef<HTMLDialogElement>(null);
  const opener = useRef<HTMLButtonElement>(null);
  useLayoutEffect(() => {
    const { current: question } = dialog;
    const { current: button } = opener;
    return () => {
      const hasFocus = question?.contains(document.activeElement) || button === document.activeElement;
      question?.close();
      if (hasFocus) focusMain();
    };
  }, []);
  return { dialog, opener };
}
