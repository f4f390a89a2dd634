import { errors } from './errors.ts';
import { childrenOf, type Element, pathOf } from './xml-reader.ts';

const words = (text: string) => new Set(text.split(' '));

const PARTY = words('PstlAdr Id CtryOfRes CtctDtls');
const ACCOUNT = words('Tp Nm Prxy');
const AGENT = words('BrnchId');

/** Elements of the standard that Tangram does not carry out, by the element that they stand in. */
const UNSUPPORTED: Readonly<Record<string, ReadonlySet<string>>> = {
  CstmrCdtTrfInitn: words('SplmtryData'),
  GrpHdr: words('Authstn FwdgAgt'),
  PmtInf: words('PmtTpInf PoolgAdjstmntDt DbtrAgtAcct InstrForDbtrAgt UltmtDbtr ChrgsAcct ChrgsAcctAgt'),
  CdtTrfTxInf: words(
    'PmtTpInf XchgRateInf ChqInstr UltmtDbtr IntrmyAgt1 IntrmyAgt1Acct IntrmyAgt2 IntrmyAgt2Acct IntrmyAgt3 ' +
      'IntrmyAgt3Acct CdtrAgtAcct UltmtCdtr InstrForCdtrAgt InstrForDbtrAgt Purp RgltryRptg Tax RltdRmtInf SplmtryData',
  ),
  Amt: words('EqvtAmt'),
  InitgPty: words('PstlAdr CtryOfRes CtctDtls'),
  Dbtr: PARTY,
  Cdtr: PARTY,
  PrvtId: words('DtAndPlcOfBirth'),
  Othr: words('SchmeNm Issr'),
  DbtrAcct: ACCOUNT,
  CdtrAcct: ACCOUNT,
  DbtrAgt: AGENT,
  CdtrAgt: AGENT,
  FinInstnId: words('LEI Nm PstlAdr'),
  ClrSysMmbId: words('ClrSysId'),
  RmtInf: words('Strd'),
};

/** Elements that the standard lets repeat and we carry once. */
const ONCE: Readonly<Record<string, string>> = { RmtInf: 'Ustrd', OrgId: 'Othr', PrvtId: 'Othr' };

/** Values of the standard that ask for something that we do not do. */
const VALUES: Readonly<Record<string, { refused: ReadonlySet<string>; supported: string }>> = {
  PmtMtd: { refused: words('CHK TRA'), supported: 'TRF' },
  ChrgBr: { refused: words('DEBT CRED'), supported: 'SHAR or SLEV, as nobody is charged' },
  BtchBookg: { refused: words('true 1'), supported: 'false, as every transaction is an entry of its own' },
};

/** Refuses by name and path what would else be dropped silently: ELEMENT_UNSUPPORTED, VALUE_UNSUPPORTED. */
export function refuseUnsupported(element: Element): void {
  const refused = UNSUPPORTED[element.name];
  for (const child of element.children) {
    if (refused?.has(child.name)) throw errors.ELEMENT_UNSUPPORTED({ path: pathOf(child) });
    const value = VALUES[child.name];
    if (value?.refused.has(child.text.trim())) {
      throw errors.VALUE_UNSUPPORTED({ path: pathOf(child), value: child.text.trim(), supported: value.supported });
    }
    refuseUnsupported(child);
  }
  const single = ONCE[element.name];
  if (single === undefined) return;
  const second = childrenOf(element, single)[1];
  if (second !== undefined) throw errors.ELEMENT_UNSUPPORTED({ path: pathOf(second) });
}
