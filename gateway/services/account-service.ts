import type { FabricClient } from '../fabric/fabric-client.ts';
import type { ServiceReadModel } from '../read-model/read-model.ts';
import type { SealedDetails } from '../secrets/account-details.ts';
import type { GatewaySecrets } from '../secrets/secrets.ts';
import { type AccountDetailsStore, digestDetails, sealedDetailsOf } from './account-details-store.ts';
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

/** Two ledger transactions: details are deposited where only the owner sees them, then named by their digest. */
async function openAccounts(
  options: AccountServiceOptions,
  accounts: OpenAccount[],
  requester: Requester,
): Promise<OperationOutcome[]> {
  const records = accounts.map((account) => sealedDetailsOf(options.secrets, account));
  try {
    await options.details.deposit(await withoutExisting(options, records));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return accounts.map(() => problemOf(gatewayErrors.DETAILS_NOT_STORED({ reason })));
  }
  return options.operations.submit(
    accounts.map(({ accountId, currency }, index) => ({
      operation: 'accounts:openAccount',
      request: { accountId, currency, detailsDigest: digestDetails(records[index] as SealedDetails) },
      requester,
    })),
  );
}

/** Details of an account that exists must not be overwritten by a repetition or a conflicting request. */
async function withoutExisting(options: AccountServiceOptions, records: SealedDetails[]): Promise<SealedDetails[]> {
  const first = new Map<string, SealedDetails>();
  for (const record of records) {
    // Ids of other banks are refused by the ledger; their details must not even be deposited.
    if (!record.accountId.startsWith(`${options.bank}-`)) continue;
    if (!first.has(record.accountId)) first.set(record.accountId, record);
  }
  if (first.size === 0) return [];
  const rows = JSON.parse(
    await options.client.evaluate({
      chaincode: options.bank,
      transactionName: 'lane:read',
      argument: JSON.stringify([...first.keys()].map((accountId) => `account/${accountId}`)),
    }),
  ) as (string | null)[];
  return [...first.values()].filter((_, index) => rows[index] === null);
}
