import { changeMembers, memberOptions } from './change-members.ts';
import type { Command } from './context.ts';

/** Takes a bank of which nothing stands open out of a running network; its ledger stays readable. */
export const removeOrganization: Command = {
  name: 'remove-org',
  summary: 'remove-org <bank>: a bank leaves once nothing of it stands open; --dry-run shows the plan',
  options: memberOptions,
  run: (context) => changeMembers(context, 'remove'),
};
