import type { EntryView, StatementView } from '../read-model/types.ts';
import { decimalOf } from './decimal-amount.ts';
import { errors } from './errors.ts';
import { namespaceOf } from './schemas.ts';
import { branch, documentOf, leaf } from './xml-writer.ts';

const DIGITS_MAX = 18;
const ACCOUNT_ID_MAX = 34;

export interface StatementMessage {
  /** 35 characters at most. */
  messageId: string;
  createdAt: string;
  statement: StatementView;
  /** Named in the statement when the account has one. */
  iban?: string;
}

/**
 * Writes a camt.053.001.08: opening balance + entries = closing balance. Refuses, in order: ACCOUNT_ID_TOO_LONG,
 * AMOUNT_TOO_LONG.
 */
export function writeStatement({ messageId, createdAt, statement, iban }: StatementMessage): string {
  const { accountId, currency, from, to, entries } = statement;
  if (iban === undefined && accountId.length > ACCOUNT_ID_MAX) throw errors.ACCOUNT_ID_TOO_LONG({ accountId });
  const account = branch('Id', iban === undefined ? branch('Othr', leaf('Id', accountId)) : leaf('IBAN', iban));
  const balance = (code: string, amount: string, at: string) =>
    branch(
      'Bal',
      branch('Tp', branch('CdOrPrtry', leaf('Cd', code))),
      writeAmount(amount, statement),
      leaf('CdtDbtInd', amount.startsWith('-') ? 'DBIT' : 'CRDT'),
      branch('Dt', leaf('DtTm', at)),
    );
  return documentOf(
    namespaceOf('camt.053.001.08'),
    branch(
      'BkToCstmrStmt',
      branch('GrpHdr', leaf('MsgId', messageId), leaf('CreDtTm', createdAt)),
      branch(
        'Stmt',
        leaf('Id', messageId),
        leaf('CreDtTm', createdAt),
        branch('FrToDt', leaf('FrDtTm', from), leaf('ToDtTm', to)),
        branch('Acct', account, leaf('Ccy', currency)),
        balance('OPBD', statement.opening, from),
        balance('CLBD', statement.closing, to),
        branch('TxsSummry', writeTotals('TtlCdtNtries', 'C', statement), writeTotals('TtlDbtNtries', 'D', statement)),
        ...entries.map((entry) => writeEntry(entry, statement)),
      ),
    ),
  );
}

function writeAmount(minorUnits: string, { accountId, currency }: StatementView): string {
  const digits = minorUnits.replace('-', '');
  if (digits.length > DIGITS_MAX) throw errors.AMOUNT_TOO_LONG({ accountId });
  return leaf('Amt', decimalOf(digits, currency), ` Ccy="${currency}"`);
}

function writeTotals(name: string, side: 'C' | 'D', { entries, currency }: StatementView): string {
  const ofSide = entries.filter((entry) => entry.side === side);
  const sum = ofSide.reduce((total, { amount }) => total + BigInt(amount), 0n);
  return branch(name, leaf('NbOfNtries', String(ofSide.length)), leaf('Sum', decimalOf(sum.toString(), currency)));
}

function writeEntry(entry: EntryView, statement: StatementView): string {
  const amount = writeAmount(entry.amount, statement);
  const side = leaf('CdtDbtInd', entry.side === 'C' ? 'CRDT' : 'DBIT');
  return branch(
    'Ntry',
    leaf('NtryRef', entry.entryId),
    amount,
    side,
    branch('Sts', leaf('Cd', 'BOOK')),
    branch('BookgDt', leaf('DtTm', entry.bookingTime)),
    branch('ValDt', leaf('Dt', entry.valueDate)),
    leaf('AcctSvcrRef', shortReference(entry.reference)),
    branch('BkTxCd', branch('Prtry', leaf('Cd', entry.operation))),
    writeDetails(entry, amount + side),
    leaf('AddtlNtryInf', `${entry.reference} ${entry.counterparty ?? ''}`.trim()),
  );
}

/** 35 characters are allowed and a UUID has 36: it goes without hyphens here, and in full in AddtlNtryInf. */
function shortReference(reference: string): string | undefined {
  if (reference.length <= 35) return reference;
  const short = reference.replaceAll('-', '');
  return short.length <= 35 ? short : undefined;
}

function writeDetails(entry: EntryView, amountAndSide: string): string {
  const { endToEndId, uetr, remittance } = entry;
  const parties = writeOtherParty(entry);
  const references = leaf('EndToEndId', endToEndId) + leaf('UETR', uetr);
  const text = remittance === null ? '' : branch('RmtInf', leaf('Ustrd', remittance));
  if (references + parties + text === '') return '';
  return branch('NtryDtls', branch('TxDtls', branch('Refs', references), amountAndSide, parties, text));
}

/** The other side: the debtor where we were credited. An id that is too long for the standard is in AddtlNtryInf. */
function writeOtherParty({ side, counterparty, counterpartyName }: EntryView): string {
  const role = side === 'C' ? 'Dbtr' : 'Cdtr';
  const account =
    counterparty === null || counterparty.length > ACCOUNT_ID_MAX
      ? ''
      : branch(`${role}Acct`, branch('Id', branch('Othr', leaf('Id', counterparty))));
  const party = counterpartyName === null ? '' : branch(role, branch('Pty', leaf('Nm', counterpartyName)));
  return party + account === '' ? '' : branch('RltdPties', party, account);
}
