import type { PaymentInformation, PaymentInitiation } from './payment-initiation.ts';
import { namespaceOf } from './schemas.ts';
import { branch, documentOf, leaf } from './xml-writer.ts';

/** Why a status: an ISO 20022 reason code and words. */
export interface StatusReason {
  code: string;
  words: string[];
}

export type TransactionStatus = 'ACCC' | 'ACSP' | 'PDNG' | 'RJCT';
export type GroupStatus = 'ACSC' | 'ACSP' | 'PDNG' | 'PART' | 'RJCT';

export interface TransactionReport {
  status: TransactionStatus;
  reason?: StatusReason;
}

export interface StatusReport {
  messageId: string;
  createdAt: string;
  initiation: PaymentInitiation;
  /** A reason to reject the group as a whole; nothing was carried out. */
  groupReason?: StatusReason;
  /** Reports by paymentId. */
  transactions: ReadonlyMap<string, TransactionReport>;
  /** Remarks by payment information id, such as a changed execution date. */
  remarks?: ReadonlyMap<string, StatusReason[]>;
}

/** Writes a pain.002.001.10: the group, every payment information and every transaction with their status. */
export function writeStatusReport(report: StatusReport): string {
  const { initiation, groupReason } = report;
  const statuses = [...report.transactions.values()].map(({ status }) => status);
  return documentOf(
    namespaceOf('pain.002.001.10'),
    branch(
      'CstmrPmtStsRpt',
      branch('GrpHdr', leaf('MsgId', report.messageId), leaf('CreDtTm', report.createdAt)),
      branch(
        'OrgnlGrpInfAndSts',
        leaf('OrgnlMsgId', initiation.messageId),
        leaf('OrgnlMsgNmId', 'pain.001.001.09'),
        leaf('OrgnlCreDtTm', initiation.createdAt),
        leaf('OrgnlNbOfTxs', initiation.numberOfTransactions),
        leaf('OrgnlCtrlSum', initiation.controlSum),
        leaf('GrpSts', groupReason === undefined ? groupStatusOf(statuses) : 'RJCT'),
        writeReason(groupReason),
      ),
      ...(groupReason === undefined ? initiation.informations.map((item) => writeInformation(item, report)) : []),
    ),
  );
}

/** The status of many: rejected or accepted as a whole, or in part. */
export function groupStatusOf(statuses: readonly TransactionStatus[]): GroupStatus {
  const has = (status: TransactionStatus) => statuses.includes(status);
  if (has('RJCT')) return statuses.every((status) => status === 'RJCT') ? 'RJCT' : 'PART';
  if (has('PDNG')) return 'PDNG';
  return has('ACSP') ? 'ACSP' : 'ACSC';
}

function writeInformation(information: PaymentInformation, report: StatusReport): string {
  const { transfers } = information;
  const reportOf = (paymentId: string) => report.transactions.get(paymentId)!;
  return branch(
    'OrgnlPmtInfAndSts',
    leaf('OrgnlPmtInfId', information.id),
    leaf('OrgnlNbOfTxs', String(transfers.length)),
    leaf('PmtInfSts', groupStatusOf(transfers.map(({ paymentId }) => reportOf(paymentId).status))),
    ...(report.remarks?.get(information.id) ?? []).map(writeReason),
    ...transfers.map((transfer) => {
      const { status, reason } = reportOf(transfer.paymentId);
      return branch(
        'TxInfAndSts',
        leaf('OrgnlInstrId', transfer.instructionId),
        leaf('OrgnlEndToEndId', transfer.endToEndId),
        leaf('OrgnlUETR', transfer.uetr),
        leaf('TxSts', status),
        writeReason(reason),
        leaf('AcctSvcrRef', transfer.paymentId),
      );
    }),
  );
}

function writeReason(reason: StatusReason | undefined): string {
  if (reason === undefined) return '';
  // An AddtlInf holds 105 characters; longer words go on in the next one.
  const lines = reason.words.flatMap((words) => words.match(/.{1,105}/gsu) ?? []);
  return branch('StsRsnInf', branch('Rsn', leaf('Cd', reason.code)), ...lines.map((line) => leaf('AddtlInf', line)));
}
