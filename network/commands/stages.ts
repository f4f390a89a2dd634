import { Listr } from 'listr2';
import type { Stage } from '../drivers/network.ts';
import type { Context } from './context.ts';

/** Runs the steps of a command: a spinner per step in a terminal, a line per step in a pipe, nothing for programs. */
export async function runStages(stages: readonly Stage[], { json }: Pick<Context, 'json'>): Promise<void> {
  const isTerminal = process.stdout.isTTY === true && !json;
  const tasks = stages.map(({ title, run }) => ({
    title,
    task: async (_context: unknown, task: { title?: string }) => {
      const started = performance.now();
      await run();
      task.title = `${title} (${((performance.now() - started) / 1000).toFixed(1)} s)`;
      if (!isTerminal && !json) process.stdout.write(`✔ ${task.title}\n`);
    },
  }));
  await new Listr(tasks, { renderer: isTerminal ? 'default' : 'silent' }).run();
}
