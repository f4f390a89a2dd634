import { createHash } from 'node:crypto';
import { errors } from './errors.ts';
import { namespaceOf, type SchemaFailure, validate } from './schemas.ts';
import { refuseUnsupported } from './unsupported.ts';
import { child, childrenOf, descendant, type Element, elementOf, pathOf, withDocument } from './xml-reader.ts';

const MESSAGE = 'pain.001.001.09';
const TRANSACTIONS_MAX = 10_000;

/** An account as a file names it. */
export interface AccountReference {
  iban?: string;
  other?: string;
  currency?: string;
  path: string;
}

/** A bank as a file names it; all absent when it is not named at all. */
export interface AgentReference {
  bic?: string;
  names: string[];
  path: string;
}

export interface CreditTransfer {
  /** First 32 hex digits of the SHA-256 of what identifies the transaction: a file posted twice replays. */
  paymentId: string;
  instructionId?: string;
  endToEndId: string;
  uetr?: string;
  amount: string;
  currency: string;
  creditorAgent?: AgentReference;
  creditorName?: string;
  creditorAccount?: AccountReference;
  remittance?: string;
  path: string;
}

export interface PaymentInformation {
  id: string;
  numberOfTransactions?: string;
  controlSum?: string;
  requestedDate: string;
  debtorName?: string;
  debtorAccount: AccountReference;
  debtorAgent: AgentReference;
  transfers: CreditTransfer[];
  path: string;
}

/** A pain.001 file as we carry it out; texts stand as they were sent. */
export interface PaymentInitiation {
  messageId: string;
  createdAt: string;
  numberOfTransactions: string;
  controlSum?: string;
  informations: PaymentInformation[];
}

/**
 * Reads a pain.001.001.09 file. Refuses, in order: ENCODING_UNSUPPORTED, DOCTYPE_REFUSED, NOT_WELL_FORMED,
 * TOO_LARGE, MESSAGE_UNSUPPORTED, ELEMENT_UNSUPPORTED, VALUE_UNSUPPORTED, SCHEMA_INVALID, TOO_MANY_TRANSACTIONS.
 */
export function readPaymentInitiation(bytes: Uint8Array): PaymentInitiation {
  const root = withDocument(bytes, (document) => {
    const element = elementOf(document.root);
    if (element.name !== 'Document' || element.namespace !== namespaceOf(MESSAGE)) throw errors.MESSAGE_UNSUPPORTED();
    refuseUnsupported(element);
    const failure = validate(document, MESSAGE);
    if (failure !== undefined) throw schemaError(element, failure);
    return element;
  });
  const initiation = readInitiation(child(root, 'CstmrCdtTrfInitn')!);
  const count = initiation.informations.reduce((sum, { transfers }) => sum + transfers.length, 0);
  if (count > TRANSACTIONS_MAX) throw errors.TOO_MANY_TRANSACTIONS({ count, countMax: TRANSACTIONS_MAX });
  return initiation;
}

function readInitiation(message: Element): PaymentInitiation {
  const header = child(message, 'GrpHdr')!;
  const messageId = child(header, 'MsgId')!.text;
  const party = partyIdentity(child(header, 'InitgPty')!);
  return {
    messageId,
    createdAt: trimmed(header, 'CreDtTm')!,
    numberOfTransactions: trimmed(header, 'NbOfTxs')!,
    controlSum: trimmed(header, 'CtrlSum'),
    informations: childrenOf(message, 'PmtInf').map((element, index) =>
      readInformation(element, { origin: [party, messageId], path: `/Document/CstmrCdtTrfInitn/PmtInf[${index + 1}]` }),
    ),
  };
}

/** Paths are counted here: pathOf would look through all siblings, once for each of ten thousand. */
function readInformation(element: Element, place: { origin: string[]; path: string }): PaymentInformation {
  const id = child(element, 'PmtInfId')!.text;
  return {
    id,
    numberOfTransactions: trimmed(element, 'NbOfTxs'),
    controlSum: trimmed(element, 'CtrlSum'),
    requestedDate: child(element, 'ReqdExctnDt')!.children[0]!.text.trim(),
    debtorName: descendant(element, 'Dbtr', 'Nm')?.text,
    debtorAccount: readAccount(child(element, 'DbtrAcct')!, place.path),
    debtorAgent: readAgent(child(element, 'DbtrAgt')!, place.path),
    transfers: childrenOf(element, 'CdtTrfTxInf').map((transfer, index) =>
      readTransfer(transfer, { origin: [...place.origin, id], path: place.path, ordinal: index + 1 }),
    ),
    path: place.path,
  };
}

function readTransfer(element: Element, place: { origin: string[]; path: string; ordinal: number }): CreditTransfer {
  const path = `${place.path}/CdtTrfTxInf[${place.ordinal}]`;
  const identification = child(element, 'PmtId')!;
  const instructionId = child(identification, 'InstrId')?.text;
  const endToEndId = child(identification, 'EndToEndId')!.text;
  const amount = descendant(element, 'Amt', 'InstdAmt')!;
  const creditorAccount = child(element, 'CdtrAcct');
  const creditorAgent = child(element, 'CdtrAgt');
  return {
    paymentId: paymentIdOf([...place.origin, instructionId ?? endToEndId, String(place.ordinal)]),
    instructionId,
    endToEndId,
    uetr: child(identification, 'UETR')?.text.trim(),
    amount: amount.text.trim(),
    currency: amount.currency!.trim(),
    creditorAgent: creditorAgent && readAgent(creditorAgent, path),
    creditorName: descendant(element, 'Cdtr', 'Nm')?.text,
    creditorAccount: creditorAccount && readAccount(creditorAccount, path),
    remittance: descendant(element, 'RmtInf', 'Ustrd')?.text,
    path,
  };
}

/** JSON keeps the parts apart: ["a","bc"] and ["ab","c"] must not name the same payment. */
function paymentIdOf(parts: string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
}

function partyIdentity(party: Element): string {
  const id = child(party, 'Id')?.children[0];
  const known = ['AnyBIC', 'LEI'].map((name) => (id && child(id, name)?.text) ?? '');
  return JSON.stringify([child(party, 'Nm')?.text ?? '', ...known, (id && descendant(id, 'Othr', 'Id')?.text) ?? '']);
}

function readAccount(element: Element, parentPath: string): AccountReference {
  return {
    iban: descendant(element, 'Id', 'IBAN')?.text.trim(),
    other: descendant(element, 'Id', 'Othr', 'Id')?.text,
    currency: trimmed(element, 'Ccy'),
    path: `${parentPath}/${element.name}`,
  };
}

function readAgent(element: Element, parentPath: string): AgentReference {
  const institution = child(element, 'FinInstnId')!;
  const names = [descendant(institution, 'ClrSysMmbId', 'MmbId')?.text, descendant(institution, 'Othr', 'Id')?.text];
  return {
    bic: trimmed(institution, 'BICFI'),
    names: names.filter((name) => name !== undefined),
    path: `${parentPath}/${element.name}`,
  };
}

function trimmed(element: Element, name: string): string | undefined {
  return child(element, name)?.text.trim();
}

/** Tells where and what, but repeats no value: it may be a name or an account. */
function schemaError(root: Element, failure: SchemaFailure): Error {
  const element = elementAt(root, failure.xpath);
  const reason = failure.message
    .replaceAll(/\{[^}]*\}/g, '')
    .replace(/^Element '[^']*'(?:, attribute '([^']*)')?: /, (_whole, attribute?: string) =>
      attribute === undefined ? '' : `attribute ${attribute}: `,
    )
    .replace(/The value '[\s\S]*?' (is not|has a length)/, 'The value $1')
    .replace(/^(\[[^\]]*\] )?'[\s\S]*?' is not a valid value/, '$1the value is not a valid value')
    .trim()
    .replace(/\.$/, '');
  return errors.SCHEMA_INVALID({ path: pathOf(element), line: failure.line, reason: reason.slice(0, 300) });
}

/** Follows an XPath of positions, `/*[2]/*` or `/p:Document/p:PmtInf[3]`, as far as it leads. */
function elementAt(root: Element, xpath: string): Element {
  let element = root;
  for (const step of xpath.split('/').slice(2)) {
    const [, name = '*', position = '1'] = /^(?:[\w.-]+:)?([\w.-]+|\*)(?:\[(\d+)\])?$/.exec(step) ?? [];
    const candidates = name === '*' ? element.children : childrenOf(element, name);
    const next = candidates[Number(position) - 1];
    if (next === undefined) break;
    element = next;
  }
  return element;
}
