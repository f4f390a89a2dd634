import { rmSync } from 'node:fs';
import type { Stage } from '../drivers/network.ts';

/** What ends a command from outside: Ctrl-C, a closed terminal, `kill`; and the exit codes by which shells know them. */
const exitCodes = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;
const signals = Object.keys(exitCodes) as (keyof typeof exitCodes)[];

/**
 * Stages that keep keys in the clear in a folder, or half of a result: these are gone when the last stage is done, when
 * one fails, and when the process is told to end within one.
 */
export function withStaging(stages: readonly Stage[], folders: readonly string[]): Stage[] {
  const end = (signal: keyof typeof exitCodes) => process.exit(exitCodes[signal]);

  function remove(): void {
    // A write that is still under way may put a file there meanwhile.
    for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  }

  function begin(): void {
    process.on('exit', remove);
    for (const signal of signals) process.on(signal, end);
  }

  function finish(): void {
    remove();
    process.off('exit', remove);
    for (const signal of signals) process.off(signal, end);
  }

  return stages.map(({ title, run }, index) => ({
    title,
    run: async () => {
      if (index === 0) begin();
      try {
        await run();
      } catch (error) {
        finish();
        throw error;
      }
      if (index === stages.length - 1) finish();
    },
  }));
}
