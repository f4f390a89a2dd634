import type { HoldingStatus as AccountStatus } from '../core/book/holding.ts';

const transitions = {
  freeze: { OPEN: 'FROZEN' },
  unfreeze: { FROZEN: 'OPEN' },
  close: { OPEN: 'CLOSED' },
} as const satisfies Record<string, Partial<Record<AccountStatus, AccountStatus>>>;

export type AccountAction = keyof typeof transitions;

/** The status that an action leads to, or undefined where the state table has no such step (A5). */
export const statusAfter = (status: AccountStatus, action: AccountAction): AccountStatus | undefined =>
  (transitions[action] as Partial<Record<AccountStatus, AccountStatus>>)[status];
