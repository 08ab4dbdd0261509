/** A command shown in a page, and what it prints there. */
export interface Shown {
  /** The words after `fanfare`. */
  words: string[];
  /** What is piped in: the text of `echo '…' | fanfare …`. */
  stdin?: string | undefined;
  lines: string[];
}

/** The commands in the `console` blocks of a page, in their order. */
export function shownIn(markdown: string): Shown[] {
  const blocks = [...markdown.matchAll(/^```console\n(.*?)^```$/gms)].map(([, text = '']) => text);
  return blocks.flatMap((text) =>
    text
      .split(/^\$ /m)
      .slice(1)
      .map((part) => {
        const [command = '', ...lines] = part.trimEnd().split('\n');
        const [, stdin, line = ''] = /^(?:echo '(.*)' \| )?fanfare (.*)$/.exec(command) ?? [];
        return { words: wordsOf(line), stdin, lines };
      }),
  );
}

/** As a shell splits them, as far as the pages need it: by spaces outside of double quotes. */
const wordsOf = (line: string): string[] =>
  [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '');

/** The printed lines as they are shown, where they fit: `…` stands for any text, and spaces for any number of them. */
export const asShown = (printed: readonly string[], shown: readonly string[]): string[] =>
  printed.map((line, i) => {
    const like = shown[i];
    return like !== undefined && patternOf(like).test(line.trim()) ? like : line;
  });

const patternOf = (shown: string): RegExp =>
  new RegExp(
    `^${shown
      .trim()
      .replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
      .replace(/ +/g, ' +')
      .replaceAll('…', '.*')}$`,
  );
