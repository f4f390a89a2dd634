import { changeMembers, memberOptions } from './change-members.ts';
import { type Command, type Context, UsageError } from './context.ts';

/** Makes a new bank a member of a running network, while the others pay each other. */
export const addOrganization: Command = {
  name: 'add-org',
  summary: 'add-org <bank> [--peers n] [--gateways n] [--bic code]: a new bank; --dry-run shows the plan',
  options: {
    ...memberOptions,
    peers: { type: 'string', value: '<n>', text: 'how many peers, 1 to 4 (default 1)' },
    gateways: { type: 'string', value: '<n>', text: 'how many gateways, 1 to 4 (default 1)' },
    bic: { type: 'string', value: '<code>', text: 'business identifier code, by which ISO 20022 files name the bank' },
  },
  run: (context) =>
    changeMembers(context, 'add', {
      ...count(context, 'peers'),
      ...count(context, 'gateways'),
      ...(context.option('bic') !== undefined && { bic: context.option('bic') }),
    }),
};

function count(context: Context, option: 'peers' | 'gateways'): { peers?: number; gateways?: number } {
  const text = context.option(option);
  if (text === undefined) return {};
  if (!/^[1-4]$/.test(text)) throw new UsageError(`--${option} must be a number from 1 to 4, not ${text}.`);
  return { [option]: Number(text) };
}
