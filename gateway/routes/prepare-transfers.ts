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
import type { StatusReason } from '../iso20022/status-report.ts';
import type { SendPayment } from '../services/types.ts';
import type { Call } from './route.ts';

export interface PreparedTransfers {
  payments: SendPayment[];
  /** Why a transaction cannot be sent, by paymentId. */
  refusals: Map<string, DomainError>;
  /** What was done otherwise than the file says, by payment information id. */
  remarks: Map<string, StatusReason[]>;
}

/** Turns a file's transactions into payments: resolves accounts, agents, dates and amounts; books nothing. */
export async function prepareTransfers(call: Call, initiation: PaymentInitiation): Promise<PreparedTransfers> {
  const prepared: PreparedTransfers = { payments: [], refusals: new Map(), remarks: new Map() };
  const accounts = accountResolver(call);
  for (const information of initiation.informations) {
    const debtor = await refusalOr(() => readDebtor(call, information, accounts));
    for (const transfer of information.transfers) {
      const payment =
        debtor instanceof Refusal
          ? debtor
          : await refusalOr(() => readTransfer(call, { information, transfer, debtor, accounts }));
      if (payment instanceof Refusal) prepared.refusals.set(transfer.paymentId, payment);
      else prepared.payments.push(payment);
    }
    if (!(debtor instanceof Refusal)) prepared.remarks.set(information.id, remarksOn(call, information, debtor));
  }
  return prepared;
}

function remarksOn(call: Call, { requestedDate, debtorName }: PaymentInformation, debtor: Debtor): StatusReason[] {
  const remarks: StatusReason[] = [];
  if (requestedDate.slice(0, 10) < today(call, -EARTH_HOURS_BEHIND)) {
    remarks.push({ code: 'DT06', words: [`Requested for ${requestedDate}, carried out at once.`] });
  }
  if (plainName(debtorName) !== plainName(debtor.name)) {
    remarks.push({
      code: 'NARR',
      words: ['The creditor is told the name of the account holder, not the one in Dbtr/Nm.'],
    });
  }
  return remarks;
}

const plainName = (name: string | undefined) => name?.normalize('NFKC').replaceAll(/\s+/g, ' ').trim().toLowerCase();

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

interface Debtor {
  accountId: string;
  /** What creditors are told: the holder's name where the file gives one, so that nobody pays under another's name. */
  name: string | undefined;
}

/**
 * The account to debit. Refuses, in order: EXECUTION_DATE_IN_FUTURE, AGENT_UNKNOWN, DEBTOR_ACCOUNT_UNKNOWN (told to
 * staff only, as customers would learn which IBANs exist), DEBTOR_ACCOUNT_NOT_YOURS.
 */
async function readDebtor(call: Call, information: PaymentInformation, accounts: AccountResolver): Promise<Debtor> {
  const { requestedDate, debtorAccount, debtorAgent, debtorName } = information;
  const date = requestedDate.slice(0, 10);
  if (date > today(call, EARTH_HOURS_AHEAD)) throw errors.EXECUTION_DATE_IN_FUTURE({ date });
  requireAgent(call, debtorAgent, call.organization);
  const { path } = debtorAccount;
  const accountId = await accounts(debtorAccount);
  if (accountId === undefined && call.access.isStaff) throw errors.DEBTOR_ACCOUNT_UNKNOWN({ path });
  if (accountId === undefined || !(await call.access.mayUse(accountId)))
    throw errors.DEBTOR_ACCOUNT_NOT_YOURS({ path });
  if (debtorName === undefined) return { accountId, name: undefined };
  const holder = await call.services.accounts.findDetails(accountId);
  return { accountId, name: holder?.name ?? debtorName };
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
    debtor: Debtor;
    accounts: AccountResolver;
  },
): Promise<SendPayment> {
  const { information, transfer, debtor } = place;
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
    debtorAccount: debtor.accountId,
    creditorAccount,
    amount: { amount, currency },
    endToEndId,
    ...(uetr === undefined ? {} : { uetr }),
    ...(remittance === undefined ? {} : { remittance }),
    ...(debtor.name === undefined ? {} : { debtorName: debtor.name }),
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
