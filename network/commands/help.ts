import type { Command, Options } from './context.ts';
import { sharedOptions } from './context.ts';

const exitCodes = 'Exit codes: 0 done, 1 failed or not healthy, 2 not understood.';

/** What the tool can do: every command in a line, and the options that all take. */
export function usageOf(commands: readonly Command[]): string {
  return `npm run network -- <command> [options]

${commands.map(({ name, summary }) => `  ${name.padEnd(14)} ${summary}`).join('\n')}

${linesOf(sharedOptions)}

More about one: npm run network -- <command> --help
${exitCodes}
`;
}

/** One command with its options. */
export function helpOf({ name, summary, options = {} }: Command): string {
  const first = summary.startsWith(`${name} `) ? summary : `${name}: ${summary}`;
  const own = Object.keys(options).length === 0 ? '' : `\n${linesOf(options)}\n`;
  // A command may say in its own words what a shared option does to it.
  const others = Object.fromEntries(Object.entries(sharedOptions).filter(([option]) => !(option in options)));
  return `npm run network -- ${first}\n${own}\nAs every command:\n${linesOf(others)}\n\n${exitCodes}\n`;
}

function linesOf(options: Options): string {
  return Object.entries(options)
    .map(([name, { value, text }]) => `  ${`--${name}${value ? ` ${value}` : ''}`.padEnd(28)} ${text}`)
    .join('\n');
}
