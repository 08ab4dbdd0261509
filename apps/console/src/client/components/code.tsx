import { CopyButton } from './copy-button.tsx';

/** Text to copy: a command, a program or JSON. */
export function Code({ text, label = 'Code' }: { text: string; label?: string }) {
  return (
    <div className="code-frame">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: What scrolls has to be reached by keyboard. */}
      <section className="code" aria-label={label} tabIndex={0}>
        {text}
      </section>
      <CopyButton text={text} />
    </div>
  );
}
