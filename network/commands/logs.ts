import { closeSync, existsSync, fstatSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { type Command, UsageError } from './context.ts';

const pollMilliseconds = 300;

/** Prints the end of a process's log, or names the processes that have one. */
export const logs: Command = {
  name: 'logs',
  summary: 'logs [<process>] [--lines n] [--follow]: the end of a log, or which there are',
  options: {
    lines: { type: 'string', value: '<n>', text: 'how many (default 50)' },
    follow: { type: 'boolean', text: 'goes on with what is appended, until Ctrl-C' },
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
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n').slice(-count);
    context.answer(lines.join('\n'), { log: name, lines });
    if (context.flag('follow')) await follow(file);
    return 0;
  },
};

/** Prints what is appended, until the process is told to end. */
async function follow(file: string): Promise<never> {
  const descriptor = openSync(file, 'r');
  process.on('exit', () => closeSync(descriptor));
  const chunk = Buffer.alloc(64 * 1024);
  let position = fstatSync(descriptor).size;
  for (;;) {
    const count = readSync(descriptor, chunk, 0, chunk.length, position);
    position += count;
    if (count > 0) process.stdout.write(chunk.subarray(0, count));
    else await new Promise((wake) => setTimeout(wake, pollMilliseconds));
  }
}
