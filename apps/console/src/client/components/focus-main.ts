/** Moves the focus to the content of the page, so that the keyboard does not start from the top again. */
export const focusMain = (): void => document.getElementById('main')?.focus({ preventScroll: true });
