import type { AccountOpening } from '@tangram/chaincode/accounts/schemas.ts';
import type { FabricClient } from '../fabric/fabric-client.ts';
import type { ServiceReadModel } from '../read-model/read-model.ts';
import { digestDetails, type SealedDetails } from '../secrets/account-details.ts';
import type { GatewaySecrets } from '../secrets/secrets.ts';
import { type AccountDetailsStore, sealedDetailsOf } from './account-details-store.ts';
import { gatewayErrors, problemOf } from './gateway-errors.ts';
import { createKeyedLock } from './keyed-lock.ts';
import type { AccountService, OpenAccount, OperationOutcome, OperationService, Requester } from './types.ts';

export interface AccountServiceOptions {
  bank: string;
  client: FabricClient;
  operations: OperationService;
  details: AccountDetailsStore;
  readModel: ServiceReadModel;
  secrets: GatewaySecrets;
}

/** Opens and keeps the own bank's customer accounts. */
export function createAccountService(options: AccountServiceOptions): AccountService {
  const { operations, readModel } = options;
  const lock = createKeyedLock();
  const submit = (operation: string, request: Record<string, unknown>, requester: Requester) =>
    operations.submitOne({ operation: `accounts:${operation}`, request, requester });
  return {
    open: (accounts, requester) =>
      lock.run(
        accounts.map((account) => account.accountId),
        () => openAccounts(options, accounts, requester),
      ),
    deposit: (request, requester) => submit('deposit', request, requester),
    withdraw: (request, requester) => submit('withdraw', request, requester),
    setSigningKeys: (request, requester) => submit('setSigningKeys', { ...request }, requester),
    announceKeyRecovery: (request, requester) => submit('announceKeyRecovery', { ...request }, requester),
    completeKeyRecovery: (request, requester) => submit('completeKeyRecovery', { ...request }, requester),
    freeze: (accountId, requester) => submit('freezeAccount', { accountId }, requester),
    unfreeze: (accountId, requester) => submit('unfreezeAccount', { accountId }, requester),
    close: (accountId, requester) => submit('closeAccount', { accountId }, requester),
    findDetails: (accountId) => readModel.findDetails(accountId),
    listAccountsOf: (customerId) => readModel.listAccountsOf(customerId),
    listAccountsByIban: (iban) => readModel.listAccountsByIban(iban),
  };
}

/** Two ledger transactions: details are deposited where only the owner sees them, then named by their digests. */
async function openAccounts(
  options: AccountServiceOptions,
  accounts: OpenAccount[],
  requester: Requester,
): Promise<OperationOutcome[]> {
  const records = accounts.map((account) => sealedDetailsOf(options.secrets, account));
  let pages: ReadonlyMap<string, string>;
  try {
    pages = await depositNew(options, records);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return accounts.map(() => problemOf(gatewayErrors.DETAILS_NOT_STORED({ reason })));
  }
  return options.operations.submit(
    accounts.map(({ accountId, currency }, index) => {
      const detailsDigest = digestDetails(records[index] as SealedDetails);
      // An id of another bank has no page here, and is refused before one is looked for.
      const detailsPage = pages.get(detailsDigest) ?? detailsDigest;
      return {
        operation: 'accounts:openAccount',
        request: { accountId, currency, detailsDigest, detailsPage },
        requester,
      };
    }),
  );
}

/**
 * By digest of a record the page that it is in: that with which its account was opened, or the one into which it is now
 * deposited. What a repetition or a conflicting request says of an account that exists is not deposited.
 */
async function depositNew(
  options: AccountServiceOptions,
  records: SealedDetails[],
): Promise<ReadonlyMap<string, string>> {
  // Ids of other banks are refused by the ledger; their details must not even be deposited.
  const own = records.filter(({ accountId }) => accountId.startsWith(`${options.bank}-`));
  const known = await findPages(options, [...new Set(own.map(({ accountId }) => accountId))]);
  const pages = new Map<string, string>();
  const fresh = new Map<string, SealedDetails>();
  for (const record of own) {
    const page = known.get(record.accountId);
    if (page === undefined) fresh.set(digestDetails(record), record);
    else pages.set(digestDetails(record), page);
  }
  const deposited = await options.details.deposit([...fresh.values()]);
  const placed = [...fresh.keys()].map((digest, index) => [digest, deposited[index] as string] as const);
  return new Map([...pages, ...placed]);
}

/** The pages of those of the accounts that are open. */
async function findPages({ bank, client }: AccountServiceOptions, accountIds: string[]): Promise<Map<string, string>> {
  if (accountIds.length === 0) return new Map();
  const rows = JSON.parse(
    await client.evaluate({
      chaincode: bank,
      transactionName: 'lane:read',
      argument: JSON.stringify(accountIds.map((accountId) => `account/${accountId}`)),
    }),
  ) as (string | null)[];
  const openings = rows.map((row) => (row === null ? undefined : (JSON.parse(row) as AccountOpening)));
  return new Map(
    accountIds.flatMap((accountId, index) => {
      const opening = openings[index];
      return opening === undefined ? [] : [[accountId, opening.detailsPage]];
    }),
  );
}
