import { execFileSync } from 'node:child_process';

/** The commit that is measured, with a note when files differ from it; `unknown` outside a clone. */
export function describeCommit(): string {
  const git = (...args: string[]) =>
    execFileSync('git', args, { cwd: import.meta.dirname, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  try {
    // What a run writes of itself is no change of what it measured.
    const isChanged =
      git('status', '--porcelain', '--untracked-files=no', '--', ':/', ':(exclude,top)docs').trim() !== '';
    return `${git('rev-parse', '--short=12', 'HEAD').trim()}${isChanged ? ' with changes' : ''}`;
  } catch {
    return 'unknown';
  }
}
