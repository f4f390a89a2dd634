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
      const detailsPage = pages.get(accountId) ?? detailsDigest;
      return {
        operation: 'accounts:openAccount',
        request: { accountId, currency, detailsDigest, detailsPage },
        requester,
      };
    }),
  );
}

/**
 * The page of each own account: that with which it was opened, or the one into which its details are now deposited.
 * What a repetition or a conflicting request says of an account that exists is not deposited.
 */
async function depositNew(
  options: AccountServiceOptions,
  records: SealedDetails[],
): Promise<ReadonlyMap<string, string>> {
  const first = new Map<string, SealedDetails>();
  for (const record of records) {
    // Ids of other banks are refused by the ledger; their details must not even be deposited.
    if (!record.accountId.startsWith(`${options.bank}-`)) continue;
    if (!first.has(record.accountId)) first.set(record.accountId, record);
  }
  if (first.size === 0) return new Map();
  const openings = JSON.parse(
    await options.client.evaluate({
      chaincode: options.bank,
      transactionName: 'lane:read',
      argument: JSON.stringify([...first.keys()].map((accountId) => `account/${accountId}`)),
    }),
  ) as ({ detailsPage: string } | null)[];
  const known = [...first.keys()].flatMap((accountId, index) => {
    const opening = openings[index];
    return opening ? [[accountId, opening.detailsPage] as const] : [];
  });
  const fresh = [...first.values()].filter((_, index) => !openings[index]);
  const deposited = await options.details.deposit(fresh);
  return new Map([...known, ...fresh.map(({ accountId }, index) => [accountId, deposited[index] as string] as const)]);
}
