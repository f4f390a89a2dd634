import { type DomainError, DomainError as Refusal } from '@tangram/chaincode/core/errors.ts';
import { bankOfAccount, isAccountId } from '@tangram/chaincode/core/identifiers.ts';
import { minorUnitsOf } from '../iso20022/decimal-amount.ts';
import { errors } from '../iso20022/errors.ts';
import type {
  AccountReference,
  AgentReference,
  CreditTransfer,
  PaymentInformation,
  PaymentInitiation,
} from '../iso20022/payment-initiation.ts';
import type { SendPayment } from '../services/types.ts';
import type { Call } from './route.ts';

export interface PreparedTransfers {
  payments: SendPayment[];
  /** Why a transaction cannot be sent, by paymentId. */
  refusals: Map<string, DomainError>;
  /** Payment informations whose requested date has passed: they are carried out now, and told so. */
  lateDates: { id: string; date: string }[];
}

/** Turns a file's transactions into payments: resolves accounts, agents, dates and amounts; books nothing. */
export async function prepareTransfers(call: Call, initiation: PaymentInitiation): Promise<PreparedTransfers> {
  const prepared: PreparedTransfers = { payments: [], refusals: new Map(), lateDates: [] };
  const accounts = accountResolver(call);
  for (const information of initiation.informations) {
    const debtorAccount = await refusalOr(() => readDebtor(call, information, accounts));
    for (const transfer of information.transfers) {
      const payment =
        debtorAccount instanceof Refusal
          ? debtorAccount
          : await refusalOr(() => readTransfer(call, { information, transfer, debtorAccount, accounts }));
      if (payment instanceof Refusal) prepared.refusals.set(transfer.paymentId, payment);
      else prepared.payments.push(payment);
    }
    const { id, requestedDate } = information;
    const isLate = requestedDate.slice(0, 10) < today(call, -EARTH_HOURS_BEHIND);
    if (isLate && !(debtorAccount instanceof Refusal)) prepared.lateDates.push({ id, date: requestedDate });
  }
  return prepared;
}

type AccountResolver = (reference: AccountReference) => Promise<string | undefined>;

/** An account id as it stands, or the one account of this bank that has the IBAN; asks once for each IBAN. */
function accountResolver({ services }: Call): AccountResolver {
  const known = new Map<string, string | undefined>();
  return async ({ iban, other }) => {
    if (iban === undefined) return other !== undefined && isAccountId(other) ? other : undefined;
    if (!known.has(iban)) {
      const found = await services.accounts.listAccountsByIban(iban);
      known.set(iban, found.length === 1 ? found[0] : undefined);
    }
    return known.get(iban);
  };
}

/**
 * The account to debit. Refuses, in order: EXECUTION_DATE_IN_FUTURE, DEBTOR_ACCOUNT_UNKNOWN, AGENT_UNKNOWN,
 * DEBTOR_ACCOUNT_NOT_YOURS.
 */
async function readDebtor(call: Call, information: PaymentInformation, accounts: AccountResolver): Promise<string> {
  const { requestedDate, debtorAccount, debtorAgent } = information;
  const date = requestedDate.slice(0, 10);
  if (date > today(call, EARTH_HOURS_AHEAD)) throw errors.EXECUTION_DATE_IN_FUTURE({ date });
  const accountId = await accounts(debtorAccount);
  if (accountId === undefined) throw errors.DEBTOR_ACCOUNT_UNKNOWN({ path: debtorAccount.path });
  requireAgent(call, debtorAgent, call.organization);
  if (!(await call.access.mayUse(accountId))) throw errors.DEBTOR_ACCOUNT_NOT_YOURS({ path: debtorAccount.path });
  return accountId;
}

/**
 * One payment. Refuses, in order: CREDITOR_ACCOUNT_MISSING, CREDITOR_ACCOUNT_UNKNOWN, AGENT_UNKNOWN,
 * ACCOUNT_CURRENCY_DIFFERS, CURRENCY_UNKNOWN, AMOUNT_TOO_PRECISE.
 */
async function readTransfer(
  call: Call,
  place: {
    information: PaymentInformation;
    transfer: CreditTransfer;
    debtorAccount: string;
    accounts: AccountResolver;
  },
): Promise<SendPayment> {
  const { information, transfer, debtorAccount } = place;
  const { paymentId, uetr, endToEndId, remittance, creditorName, currency, path } = transfer;
  if (transfer.creditorAccount === undefined) throw errors.CREDITOR_ACCOUNT_MISSING({ path: `${path}/CdtrAcct` });
  const creditorAccount = await place.accounts(transfer.creditorAccount);
  if (creditorAccount === undefined) throw errors.CREDITOR_ACCOUNT_UNKNOWN({ path: transfer.creditorAccount.path });
  requireAgent(call, transfer.creditorAgent, bankOfAccount(creditorAccount));
  for (const account of [information.debtorAccount, transfer.creditorAccount]) {
    const stated = account.currency;
    if (stated !== undefined && stated !== currency) {
      throw errors.ACCOUNT_CURRENCY_DIFFERS({ path: `${account.path}/Ccy`, stated, currency });
    }
  }
  const amount = minorUnitsOf(transfer.amount, currency, `${path}/Amt/InstdAmt`);
  return {
    paymentId,
    debtorAccount,
    creditorAccount,
    amount: { amount, currency },
    endToEndId,
    ...(uetr === undefined ? {} : { uetr }),
    ...(remittance === undefined ? {} : { remittance }),
    ...(information.debtorName === undefined ? {} : { debtorName: information.debtorName }),
    ...(creditorName === undefined ? {} : { creditorName }),
  };
}

/** An agent may be left out or NOTPROVIDED, but whatever it names must be the account's bank. */
function requireAgent({ bics }: Call, agent: AgentReference | undefined, bank: string): void {
  if (agent === undefined) return;
  const namesBank = agent.names.every((name) => name === bank || name === 'NOTPROVIDED');
  const bicFits = agent.bic === undefined || agent.bic.slice(0, 8) === bics[bank]?.slice(0, 8);
  if (!namesBank || !bicFits) throw errors.AGENT_UNKNOWN({ path: agent.path });
}

// A date has no time zone: it is the future only when it has begun nowhere, and the past when it has ended everywhere.
const EARTH_HOURS_AHEAD = 14;
const EARTH_HOURS_BEHIND = 12;

function today({ now }: Call, shiftHours: number): string {
  return new Date(now().getTime() + shiftHours * 3_600_000).toISOString().slice(0, 10);
}

async function refusalOr<Value>(read: () => Promise<Value>): Promise<Value | DomainError> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}
