/** `npm run network -- <command>`: brings networks up and down and tells what they are doing. */
import { parseArgs } from 'node:util';
import { commands } from './commands/commands.ts';
import { createContext, sharedOptions, UsageError } from './commands/context.ts';
import { composeCommand } from './compose/commands.ts';

const usage = `npm run network -- <command> [options]

${commands.map(({ name, summary }) => `  ${name.padEnd(14)} ${summary}`).join('\n')}

  --driver embedded|native|compose
                             which network (default: what the run folder holds, else embedded)
  --data <folder>            run folder (default .tangram, or .tangram/native)
  --port-base <n>            gateways from n+1, nodes from n+21
  --network <name or yaml>   network file (default four-banks; four-banks-ha has two of everything)
  --organization <name>      the organisation that runs on this machine, where each has its own
  --json                     the answer as JSON

Exit codes: 0 done, 1 failed or not healthy, 2 not understood.
`;

process.exitCode = await main(process.argv.slice(2));

async function main([name, ...rest]: string[]): Promise<number> {
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    process.stdout.write(usage);
    return name === undefined ? 2 : 0;
  }
  const isJson = rest.includes('--json');
  try {
    const command = commands.find((candidate) => candidate.name === name);
    if (!command) throw new UsageError(`There is no command ${name}.`);
    const { values, positionals } = parse(rest, command.options ?? {});
    const context = createContext(values, positionals);
    return await (context.driver === 'compose' ? composeCommand(command) : command).run(context);
  } catch (error) {
    const { message } = error as Error;
    if (isJson) process.stdout.write(`${JSON.stringify({ error: message })}\n`);
    else process.stderr.write(`${message}\n${error instanceof UsageError ? `\n${usage}` : ''}`);
    return error instanceof UsageError ? 2 : 1;
  }
}

function parse(args: string[], own: NonNullable<(typeof commands)[number]['options']>) {
  try {
    return parseArgs({ args, allowPositionals: true, options: { ...sharedOptions, ...own } });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}
