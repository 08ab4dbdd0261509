import type { Command, Option } from 'commander';
import type { Shell } from './shells.ts';

/** A command with the words that may follow it. */
interface Node {
  /** Of the program itself, empty. */
  path: string;
  words: { word: string; description: string }[];
}

/** The script that completes commands, options and fixed arguments in a shell. */
export function completionScript(shell: Shell, program: Command): string {
  const nodes = nodesOf(program, '');
  return { bash, zsh, fish }[shell](program.name(), nodes);
}

function nodesOf(command: Command, path: string): Node[] {
  const below = command.commands.map((child) => ({ word: child.name(), description: child.description() }));
  const choices = command.registeredArguments.flatMap(({ argChoices }) => argChoices ?? []);
  const fixed = choices.map((word) => ({ word, description: '' }));
  const options = command.options.flatMap(optionWords);
  const words = [...below, ...fixed, ...options, { word: '--help', description: 'Show this help' }];
  const children = command.commands.flatMap((child) => nodesOf(child, `${path} ${child.name()}`.trim()));
  return [{ path, words }, ...children];
}

const optionWords = ({ long, description }: Option) => (long ? [{ word: long, description }] : []);

/** Both shells find the command by the words before the cursor that are not options. */
const cases = (nodes: readonly Node[], body: (node: Node) => string): string =>
  nodes.map((node) => `    '${node.path}') ${body(node)} ;;`).join('\n');

const bash = (name: string, nodes: readonly Node[]): string => `_${name}() {
  local path= word
  local known='${nodes.map(({ path }) => path).join('|')}'
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "|$known|" in *"|\${path:+$path }$word|"*) path="\${path:+$path }$word" ;; esac
  done
  local words
  case "$path" in
${cases(nodes, ({ words }) => `words='${words.map(({ word }) => word).join(' ')}'`)}
  esac
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
  [ \${#COMPREPLY[@]} -gt 0 ] || COMPREPLY=($(compgen -f -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -F _${name} ${name}`;

const zsh = (name: string, nodes: readonly Node[]): string => `#compdef ${name}
_${name}() {
  local path_= word
  local known='${nodes.map(({ path }) => path).join('|')}'
  for word in "\${words[@]:1:$((CURRENT - 2))}"; do
    case "|$known|" in *"|\${path_:+$path_ }$word|"*) path_="\${path_:+$path_ }$word" ;; esac
  done
  local -a found
  case "$path_" in
${cases(nodes, ({ words }) => `found=(${words.map(described).join(' ')})`)}
  esac
  _describe '${name}' found || _files
}
compdef _${name} ${name}`;

const described = ({ word, description }: { word: string; description: string }): string =>
  quoted(description === '' ? word : `${word}:${description}`);

const fish = (name: string, nodes: readonly Node[]): string => {
  const lines = nodes.flatMap(({ path, words }) =>
    words.map(({ word, description }) => {
      const shown = description === '' ? '' : ` -d ${quoted(description)}`;
      return `complete -c ${name} -n ${quoted(`__${name}_at ${quoted(path)}`)} -a ${quoted(word)}${shown}`;
    }),
  );
  return `function __${name}_at
  set -l path
  for word in (commandline -opc)[2..-1]
    contains -- (string join ' ' $path $word) ${nodes.map(({ path }) => quoted(path)).join(' ')}; and set -a path $word
  end
  test "$path" = "$argv"
end
${lines.join('\n')}`;
};

/** In single quotes, which bash, zsh and fish read alike as long as none is inside. */
const quoted = (text: string): string => `'${text.replaceAll("'", '’')}'`;
