import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

/**
 * Checks that all references resolve within the repository: pages and anchors that code, tests and docs cite
 * (`docs/rules/decision.md#order`), ADRs named by number, and relative links in Markdown. Prints each one that does not
 * resolve, and exits with 1 if there are any.
 */

const TEXT = /\.(ts|tsx|js|mjs|cjs|md|lua|html|css|ya?ml|conf)$/;
const CITATION = /(?<![\w./-])docs\/[\w./-]+\.md(?:#[\w-]+)?/g;
const ADR = /\bADRs? (\d{1,4})\b/g;
/** Documents that readers of the repository do not have. */
const ELSEWHERE = /\bPARITY\b|(?<![\w/])spec\/[a-z-]+\.md|\b[Ss]eeds? 00\d/g;

const files = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], { encoding: 'utf8' })
  .split('\n')
  .filter((file) => TEXT.test(file) && existsSync(file));
const adrs = new Set(files.flatMap((file) => /^docs\/adr\/0*(\d+)-/.exec(file)?.[1] ?? []));

const problems = files.flatMap((file) => {
  const text = readFileSync(file, 'utf8');
  return [...citations(text), ...elsewhere(file, text), ...(file.endsWith('.md') ? links(file, text) : [])].map(
    ({ at, problem }) => `${file}:${text.slice(0, at).split('\n').length}: ${problem}`,
  );
});
for (const problem of problems) console.error(problem);
console.log(`references to docs: ${files.length} files, ${problems.length ? `${problems.length} lead nowhere` : 'ok'}`);
process.exitCode = problems.length > 0 ? 1 : 0;

function citations(text) {
  const pages = [...text.matchAll(CITATION)].map(({ 0: cited, index }) => ({ at: index, problem: missing(cited) }));
  const decisions = [...text.matchAll(ADR)].map(({ 0: cited, 1: number, index }) => ({
    at: index,
    problem: adrs.has(number) ? undefined : `there is no ${cited}`,
  }));
  return [...pages, ...decisions].filter(({ problem }) => problem);
}

function elsewhere(file, text) {
  if (file === 'scripts/check-docs.js') return [];
  return [...text.matchAll(ELSEWHERE)].map(({ 0: cited, index }) => ({
    at: index,
    problem: `cites "${cited}", which is not in the repository; cite docs/rules`,
  }));
}

/** Relative links in the text of a page, not in its code. */
function links(file, text) {
  const prose = text.replace(/^```[\s\S]*?^```|`[^`\n]*`/gm, (code) => code.replace(/[^\n]/g, ' '));
  const targets = [...prose.matchAll(/\]\(([^)\s]+)\)/g), ...prose.matchAll(/^\[[^\]]+\]: (\S+)$/gm)];
  return targets.flatMap(({ 1: target, index }) => {
    if (/^[a-z]+:/i.test(target)) return [];
    const [path, anchor] = target.split('#');
    const page = path === '' ? file : normalize(join(dirname(file), path));
    const problem = missing(anchor === undefined ? page : `${page}#${anchor}`);
    return problem ? [{ at: index, problem }] : [];
  });
}

/** The problem of `path#anchor`, from the root of the repository; undefined if it resolves. */
function missing(cited) {
  const [path, anchor] = cited.split('#');
  if (!existsSync(path)) return `there is no ${path}`;
  if (anchor === undefined || !path.endsWith('.md') || statSync(path).isDirectory()) return undefined;
  return anchorsOf(path).has(anchor) ? undefined : `${path} has no anchor "${anchor}"`;
}

/** Explicit ids, and those that GitHub gives to headings. */
function anchorsOf(path) {
  const text = readFileSync(path, 'utf8');
  const ids = [...text.matchAll(/<a id="([^"]+)"/g)].map((match) => match[1]);
  const headings = [...text.matchAll(/^#+ (.+)$/gm)].map((match) =>
    match[1]
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
  return new Set([...ids, ...headings]);
}
