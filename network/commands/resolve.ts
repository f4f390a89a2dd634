import { stringify } from 'yaml';
import { validate } from '../config/validate.ts';
import type { Command } from './context.ts';

/** Prints the whole configuration that a network file stands for, and whether it would be refused. */
export const resolveCommand: Command = {
  name: 'resolve',
  summary: 'the whole configuration that the network file stands for',
  async run(context) {
    const network = context.resolved();
    const problems = validate(network);
    const refusals = problems.map((problem) => `# refused: ${problem}\n`).join('');
    context.answer(`${stringify(network)}${refusals}`.trimEnd(), { ...network, problems });
    return problems.length === 0 ? 0 : 1;
  },
};
