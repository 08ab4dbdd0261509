// Holds what we write to plain English, as far as a machine can judge: words that standard English has better ones for,
// and lines that are too long to read. The OpenAPI document and the command line's help are text in these files too.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** What not to write, and what to write instead. */
const BANNED = [
  [/\b(some|no|every)body\b/i, 'a user, no one, all members, the recipient'],
  [/\bwhoever\b/i, 'the user who, the caller'],
  [/\bhears? of\b/i, 'is notified of'],
  [/\bany more\b/i, 'no longer'],
  [/\bfor ever\b/i, 'forever'],
  [/\bpass(ed|es)? over\b/i, 'ignored'],
  [/\bwhat (became|becomes|has become) of\b/i, 'the result of'],
];
const MAX_COLUMNS = 120;
/** The list above names what it bans; the bench writes its own page. */
const LEFT_OUT = new Set(['scripts/check-words.js', 'bench/RESULTS.md']);

const files = execFileSync(
  'git',
  ['ls-files', '*.ts', '*.tsx', '*.js', '*.md', '*.yml', '*.html', '*.css', '.ci/run', '*Dockerfile'],
  {
    encoding: 'utf8',
  },
)
  .trim()
  .split('\n')
  .filter((file) => !LEFT_OUT.has(file));

const problems = files.flatMap((file) => {
  const isMarkdown = file.endsWith('.md');
  let inFence = false;
  return readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line, i) => {
      if (isMarkdown && line.trimStart().startsWith('```')) inFence = !inFence;
      const where = `${file}:${i + 1}`;
      const found = BANNED.flatMap(([pattern, better]) => {
        const word = pattern.exec(line)?.[0];
        return word === undefined ? [] : [`${where}: "${word}": write ${better}`];
      });
      // Tables, links and the output of programs cannot be wrapped.
      const mayBeLong = isMarkdown && (inFence || line.startsWith('|') || /https?:|\]\(/.test(line));
      const isLong = [...line].length > MAX_COLUMNS && !mayBeLong && !/https?:\/\/\S{60,}/.test(line);
      return isLong ? [...found, `${where}: is longer than ${MAX_COLUMNS} columns`] : found;
    });
});

if (problems.length === 0) console.log(`words: ${files.length} files, ok`);
else console.error(`${problems.join('\n')}\n${problems.length} to mend`);
process.exitCode = problems.length > 0 ? 1 : 0;
