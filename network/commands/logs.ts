import { closeSync, existsSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import { type Command, UsageError } from './context.ts';

const pollMilliseconds = 300;

/** Prints the end of a process's log, or names the processes that have one. */
export const logs: Command = {
  name: 'logs',
  summary: 'logs [<process>] [--lines n] [--follow]: the end of a log, or which there are',
  options: {
    lines: { type: 'string', value: '<n>', text: 'how many (default 50)' },
    follow: { type: 'boolean', text: 'goes on with what is appended, until Ctrl-C; with --json an object a line' },
  },
  async run(context) {
    const folder = join(context.dataFolder, 'logs');
    const names = existsSync(folder) ? readdirSync(folder).map((file) => file.replace(/\.log$/, '')) : [];
    if (names.length === 0) throw new Error(`There are no logs in ${folder}. Start a network: npm run network -- up`);
    const [name] = context.positionals;
    if (name === undefined) {
      context.answer(names.sort().join('\n'), { logs: names.sort() });
      return 0;
    }
    if (!names.includes(name))
      throw new UsageError(`There is no log of ${name}; there are ${names.sort().join(', ')}.`);
    const count = Number(context.option('lines') ?? 50);
    if (!Number.isInteger(count) || count < 1) throw new UsageError('--lines must be a whole number above 0.');
    const file = join(folder, `${name}.log`);
    const content = readFileSync(file);
    if (context.flag('follow')) {
      const print = (line: string) =>
        process.stdout.write(context.json ? `${JSON.stringify({ log: name, line })}\n` : `${line}\n`);
      await follow(file, { content, count, print });
    }
    const lines = content.toString().trimEnd().split('\n').slice(-count);
    context.answer(lines.join('\n'), { log: name, lines });
    return 0;
  },
};

interface Beginning {
  /** What the file held when it was read. */
  content: Buffer;
  /** How many lines of that are printed. */
  count: number;
  print(line: string): void;
}

/** Prints the last lines and what is appended, each when it is whole, until the process is told to end. */
async function follow(file: string, { content, count, print }: Beginning): Promise<never> {
  const descriptor = openSync(file, 'r');
  process.on('exit', () => closeSync(descriptor));
  // A character may be cut by the end of a chunk.
  const decoder = new StringDecoder('utf8');
  let rest = '';
  const wholeLines = (bytes: Buffer) => {
    const lines = (rest + decoder.write(bytes)).split('\n');
    rest = lines.pop() ?? '';
    return lines;
  };
  for (const line of wholeLines(content).slice(-count)) print(line);
  const chunk = Buffer.alloc(64 * 1024);
  let position = content.length;
  for (;;) {
    const bytes = readSync(descriptor, chunk, 0, chunk.length, position);
    position += bytes;
    for (const line of wholeLines(chunk.subarray(0, bytes))) print(line);
    if (bytes === 0) await new Promise((wake) => setTimeout(wake, pollMilliseconds));
  }
}
