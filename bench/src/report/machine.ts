import { execFileSync } from 'node:child_process';
import { availableParallelism, cpus, loadavg } from 'node:os';

/** Where and when a bench ran, one fact per line. */
export function circumstances(command: string): string[] {
  const model = cpus()[0]?.model.trim() || 'an unknown processor';
  const { platform, arch, versions } = process;
  return [
    `Machine: ${availableParallelism()} cores of ${model}, ${platform} ${arch}, Node ${versions.node}`,
    `Load before: ${loadavg()[0]?.toFixed(1)}`,
    `Commit: ${commit()}`,
    `Date: ${new Date().toISOString()}`,
    `Command: \`${command}\``,
  ];
}

/** The commit; "unknown" without git. */
function commit(): string {
  try {
    const changed = git('status', '--porcelain', '--untracked-files=no') !== '';
    return `${git('rev-parse', '--short', 'HEAD')}${changed ? ', with changes that are not committed' : ''}`;
  } catch {
    return 'unknown';
  }
}

const git = (...args: string[]): string =>
  execFileSync('git', args, { cwd: import.meta.dirname, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
