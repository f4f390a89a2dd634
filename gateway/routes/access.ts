import type { Caller } from '../plugins/authentication.ts';
import { authErrors as errors } from '../plugins/authentication-errors.ts';
import type { GatewayServices } from '../services/types.ts';

/** What one caller may see and use. Customers reach their own accounts, staff those of their bank, regulators read all. */
export interface Access {
  isRegulator: boolean;
  isStaff: boolean;
  /** Whether the caller may see names, ids and texts that customers wrote. */
  mayReadTexts: boolean;
  mayUse(accountId: string): Promise<boolean>;
  /** For booking. Refuses: ACCOUNT_NOT_YOURS, whether or not the account exists. */
  requireUse(accountId: string): Promise<void>;
  /** For reading. Refuses: ACCOUNT_NOT_YOURS, whether or not the account exists. */
  requireSight(accountId: string): Promise<void>;
  /** The accounts that lists are confined to; undefined for staff and regulators. */
  ownAccounts(): Promise<string[] | undefined>;
  /** Whether one of the accounts is the caller's to see. */
  maySee(accounts: readonly string[]): Promise<boolean>;
}

export interface AccessOptions {
  organization: string;
  services: Pick<GatewayServices, 'accounts'>;
  owners: OwnerCache;
}

/** Account id -> customerId. An account keeps its holder for life, so what was once found stays true. */
export class OwnerCache {
  readonly #owners = new Map<string, string>();
  readonly #size: number;

  constructor(size = 100_000) {
    this.#size = size;
  }

  async ownerOf(accountId: string, services: AccessOptions['services']): Promise<string | undefined> {
    const known = this.#owners.get(accountId);
    if (known !== undefined) return known;
    const owner = (await services.accounts.findDetails(accountId))?.customerId;
    if (owner === undefined) return undefined;
    if (this.#owners.size >= this.#size) this.#owners.delete(this.#owners.keys().next().value!);
    this.#owners.set(accountId, owner);
    return owner;
  }
}

/** Makes the access of one caller at one gateway. */
export function accessOf(caller: Caller, { organization, services, owners }: AccessOptions): Access {
  const isOperator = caller.roles.includes('operator');
  const isRegulator = !isOperator && caller.roles.includes('regulator');
  const isOurs = (accountId: string) => accountId.startsWith(`${organization}-`);

  async function mayUse(accountId: string): Promise<boolean> {
    if (!isOurs(accountId)) return false;
    return isOperator || (await isOwn(accountId));
  }
  async function isOwn(accountId: string): Promise<boolean> {
    return caller.roles.includes('customer') && (await owners.ownerOf(accountId, services)) === caller.subject;
  }
  async function maySee(ids: readonly string[]): Promise<boolean> {
    if (isRegulator) return true;
    for (const id of ids) if (await mayUse(id)) return true;
    return false;
  }
  return {
    isRegulator,
    isStaff: isOperator,
    mayReadTexts: !isRegulator,
    mayUse,
    maySee,
    async requireUse(accountId) {
      if (!(await mayUse(accountId))) throw errors.ACCOUNT_NOT_YOURS({ accountId });
    },
    async requireSight(accountId) {
      if (!(await maySee([accountId]))) throw errors.ACCOUNT_NOT_YOURS({ accountId });
    },
    async ownAccounts() {
      return isOperator || isRegulator ? undefined : services.accounts.listAccountsOf(caller.subject);
    },
  };
}

const TEXT_FIELDS = ['endToEndId', 'remittance', 'debtorName', 'creditorName', 'counterpartyName'] as const;

/** An entry or payment as those see it who may not read what customers wrote. */
export function withoutTexts<View extends object>(view: View): View {
  const hidden = TEXT_FIELDS.filter((field) => field in view).map((field): [string, null] => [field, null]);
  return { ...view, ...Object.fromEntries(hidden) };
}
