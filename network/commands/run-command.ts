import { parseArgs } from 'node:util';
import { composeCommand } from '../compose/commands.ts';
import { KeeperError } from '../requests.ts';
import { commands } from './commands.ts';
import { type Command, createContext, sharedOptions, UsageError } from './context.ts';
import { helpOf, usageOf } from './help.ts';

const helpFlags = ['--help', '-h'];

/** Runs one command line of the network tool; what it has to say goes to stdout and stderr. Returns the exit code. */
export async function runCommand(args: string[]): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === 'help' || helpFlags.includes(name)) {
    process.stdout.write(usageOf(commands));
    return name === undefined ? 2 : 0;
  }
  const command = commands.find((candidate) => candidate.name === name);
  try {
    if (!command) throw new UsageError(unknownCommand(name));
    if (rest.some((arg) => helpFlags.includes(arg))) {
      process.stdout.write(helpOf(command));
      return 0;
    }
    const { values, positionals } = parse(rest, command);
    const context = createContext(values, positionals, command);
    return await (context.driver === 'compose' ? composeCommand(command) : command).run(context);
  } catch (error) {
    const { message } = error as Error;
    const code = error instanceof KeeperError ? error.code : undefined;
    if (args.includes('--json')) process.stdout.write(`${JSON.stringify({ error: message, code })}\n`);
    else process.stderr.write(`${message}\n${error instanceof UsageError ? whereHelpIs(command) : ''}`);
    return error instanceof UsageError ? 2 : 1;
  }
}

function unknownCommand(name: string): string {
  const known = commands.map((command) => command.name).join(', ');
  if (name.startsWith('-')) return `Name the command before ${name}; there are ${known}.`;
  return `There is no command ${name}; there are ${known}.`;
}

function whereHelpIs(command?: Command): string {
  return `Help: npm run network -- ${command ? `${command.name} ` : ''}--help\n`;
}

function parse(args: string[], { options = {} }: Command) {
  try {
    return parseArgs({ args, allowPositionals: true, options: { ...sharedOptions, ...options } });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}
