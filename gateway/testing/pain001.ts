/** Parts of a pain.001 file for tests; each part may be replaced by other XML. */
export interface FileParts {
  messageId?: string;
  /** Stated count; the true one when absent. */
  count?: string;
  controlSum?: string;
  initiatingParty?: string;
  /** XML of the payment informations. */
  informations?: string[];
  namespace?: string;
}

export interface InformationParts {
  id?: string;
  method?: string;
  /** XML between PmtMtd and ReqdExctnDt. */
  totals?: string;
  date?: string;
  debtor?: string;
  debtorAccount?: string;
  debtorAgent?: string;
  chargeBearer?: string;
  transfers?: string[];
}

export interface TransferParts {
  instructionId?: string;
  endToEndId?: string;
  uetr?: string;
  amount?: string;
  currency?: string;
  creditor?: string;
  creditorAgent?: string;
  creditorAccount?: string;
  remittance?: string;
  /** XML after Amt. */
  afterAmount?: string;
}

export const otherAccount = (id: string): string => `<Id><Othr><Id>${id}</Id></Othr></Id>`;
export const ibanAccount = (iban: string): string => `<Id><IBAN>${iban}</IBAN></Id>`;
const otherAgent = (id: string) => `<FinInstnId><Othr><Id>${id}</Id></Othr></FinInstnId>`;

/** A CdtTrfTxInf. */
export function transfer(parts: TransferParts = {}): string {
  const { endToEndId = 'E2E-1', amount = '12.50', currency = 'CNY', creditorAgent, creditor = '<Nm>Bob</Nm>' } = parts;
  const { creditorAccount = otherAccount('cedar-bob'), remittance, instructionId, uetr, afterAmount = '' } = parts;
  return [
    '<CdtTrfTxInf><PmtId>',
    instructionId === undefined ? '' : `<InstrId>${instructionId}</InstrId>`,
    `<EndToEndId>${endToEndId}</EndToEndId>`,
    uetr === undefined ? '' : `<UETR>${uetr}</UETR>`,
    `</PmtId><Amt><InstdAmt Ccy="${currency}">${amount}</InstdAmt></Amt>${afterAmount}`,
    creditorAgent === undefined ? '' : `<CdtrAgt>${creditorAgent}</CdtrAgt>`,
    `<Cdtr>${creditor}</Cdtr>`,
    creditorAccount === '' ? '' : `<CdtrAcct>${creditorAccount}</CdtrAcct>`,
    remittance === undefined ? '' : `<RmtInf>${remittance}</RmtInf>`,
    '</CdtTrfTxInf>',
  ].join('');
}

/** A PmtInf. */
export function information(parts: InformationParts = {}): string {
  const { id = 'PMT-1', method = 'TRF', totals = '', date = '<Dt>2026-01-05</Dt>', transfers = [transfer()] } = parts;
  const { debtor = '<Nm>Alice</Nm>', debtorAccount = otherAccount('cedar-alice') } = parts;
  const { debtorAgent = otherAgent('cedar'), chargeBearer = '' } = parts;
  return (
    `<PmtInf><PmtInfId>${id}</PmtInfId><PmtMtd>${method}</PmtMtd>${totals}<ReqdExctnDt>${date}</ReqdExctnDt>` +
    `<Dbtr>${debtor}</Dbtr><DbtrAcct>${debtorAccount}</DbtrAcct><DbtrAgt>${debtorAgent}</DbtrAgt>${chargeBearer}` +
    `${transfers.join('')}</PmtInf>`
  );
}

/** A whole pain.001.001.09. */
export function file(parts: FileParts = {}): string {
  const { messageId = 'MSG-1', initiatingParty = '<Nm>Alice Ltd</Nm>', informations = [information()] } = parts;
  const counted = informations.join('').split('<CdtTrfTxInf>').length - 1;
  return (
    `<?xml version="1.0" encoding="UTF-8"?>\n` +
    `<Document xmlns="${parts.namespace ?? 'urn:iso:std:iso:20022:tech:xsd:pain.001.001.09'}"><CstmrCdtTrfInitn>` +
    `<GrpHdr><MsgId>${messageId}</MsgId><CreDtTm>2026-01-05T08:00:00Z</CreDtTm><NbOfTxs>${parts.count ?? counted}</NbOfTxs>` +
    `${parts.controlSum === undefined ? '' : `<CtrlSum>${parts.controlSum}</CtrlSum>`}` +
    `<InitgPty>${initiatingParty}</InitgPty></GrpHdr>${informations.join('')}</CstmrCdtTrfInitn></Document>`
  );
}
