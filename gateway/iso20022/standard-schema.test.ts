import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { XmlDocument, XmlElement, XsdValidator } from 'libxml2-wasm';
import { file, ibanAccount, information, otherAccount, transfer } from '../testing/pain001.ts';
import { readPaymentInitiation } from './payment-initiation.ts';
import { validate } from './schemas.ts';

/** The schema as ISO 20022 publishes it is not ours to ship: TANGRAM_PAIN001_XSD or the shared folder has it. */
const published =
  process.env.TANGRAM_PAIN001_XSD ?? join(import.meta.dirname, '../../../shared/data/iso20022/pain.001.001.09.xsd');

const FULL = file({
  controlSum: '25.00',
  initiatingParty:
    '<Nm>Alice Ltd</Nm><Id><OrgId><AnyBIC>CEDACNBJ</AnyBIC><LEI>5493001KJTIIGC8Y1R12</LEI><Othr><Id>1</Id></Othr></OrgId></Id>',
  informations: [
    information({
      totals: '<BtchBookg>0</BtchBookg><NbOfTxs>2</NbOfTxs><CtrlSum>25</CtrlSum>',
      debtorAccount: `${ibanAccount('DE89370400440532013000')}<Ccy>CNY</Ccy>`,
      debtorAgent:
        '<FinInstnId><BICFI>CEDACNBJXXX</BICFI><ClrSysMmbId><MmbId>cedar</MmbId></ClrSysMmbId><Othr><Id>cedar</Id></Othr></FinInstnId>',
      chargeBearer: '<ChrgBr>SLEV</ChrgBr>',
      transfers: [
        transfer({
          instructionId: 'I',
          uetr: '0198f1a2-7c3e-4d10-9a55-0c2f6f1f2b11',
          remittance: '<Ustrd>x</Ustrd>',
          afterAmount: '<ChrgBr>SHAR</ChrgBr>',
        }),
        transfer({ creditorAccount: `${otherAccount('maple-bob')}<Ccy>CNY</Ccy>`, creditorAgent: '<FinInstnId/>' }),
      ],
    }),
    information({ id: 'P2', date: '<DtTm>2026-01-05T10:00:00+02:00</DtTm>' }),
  ],
});

const VALUES = [
  '',
  ' ',
  'x',
  'x'.repeat(34),
  'x'.repeat(35),
  'x'.repeat(36),
  'x'.repeat(140),
  'x'.repeat(141),
  '0',
  '1',
  '-1',
  '1.5',
  '.5',
  '1.',
  '+1',
  '1e3',
  '123456789012345678',
  '1234567890123456789',
  '0.000001',
  'true',
  'TRF',
  'CHK',
  'SLEV',
  'DEBT',
  'CNY',
  'cny',
  '2026-01-05',
  '2026-02-29',
  '2026-01-05Z',
  '2026-01-05T00:00:00',
  '24:00:00',
  'DE89370400440532013000',
  'CEDACNBJ',
  'CEDACNBJX',
  '0198f1a2-7c3e-4d10-9a55-0c2f6f1f2b11',
  '0198F1A2-7C3E-4D10-9A55-0C2F6F1F2B11',
  '茶',
  '茶'.repeat(35),
];

/** A small generator with a fixed seed: a failure names the mutation, and the next run finds it again. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return state % below;
  };
}

/** Changes one element of the document: other text, dropped, doubled, moved to the end, renamed or given an attribute. */
function mutate(document: XmlDocument, next: (below: number) => number): string {
  const elements = document.find('//*') as XmlElement[];
  const element = elements[1 + next(elements.length - 1)]!;
  const source = document.toString({ format: false });
  const xml = element.toString({ format: false });
  const name = element.name;
  const replacements: (() => string)[] = [
    () => `<${name}>${VALUES[next(VALUES.length)]}</${name}>`,
    () => xml.replace(/>[^<]*<\/[^>]*>$/, `>${VALUES[next(VALUES.length)]}</${name}>`),
    () => '',
    () => xml + xml,
    () => xml.replaceAll(name, elements[next(elements.length)]!.name),
    () => (/^<\w+ Ccy/.test(xml) ? xml.replace(/ Ccy="\w*"/, '') : xml.replace(`<${name}`, `<${name} Ccy="CNY"`)),
  ];
  const namespace = ' xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"';
  const changed = replacements[next(replacements.length)]!().replaceAll(namespace, '');
  const at = source.indexOf(xml.replaceAll(namespace, ''));
  return at < 0 ? source : source.slice(0, at) + changed + source.slice(at + xml.replaceAll(namespace, '').length);
}

/** The published schema, or nothing and a loud word. */
function readPublished(): string | undefined {
  if (existsSync(published)) return readFileSync(published, 'utf8');
  process.stderr.write(`\nNOT CHECKED: there is no published schema at ${published} (set TANGRAM_PAIN001_XSD).\n`);
  return undefined;
}

/** Children of each complex type of a schema as ISO 20022 writes them: name -> type. */
function childrenByType(xsd: string): Map<string, Map<string, string>> {
  const types = xsd.matchAll(/<xs:complexType name="(\w+)">([\s\S]*?)<\/xs:complexType>/g);
  return new Map(
    [...types].map(([, type = '', body = '']) => {
      const children = body.matchAll(/<xs:element [^>]*name="(\w+)" type="(\w+)"/g);
      return [type, new Map([...children].map(([, name = '', of = '']): [string, string] => [name, of]))];
    }),
  );
}

describe('our part of pain.001.001.09', () => {
  test('refuses by name every element of the standard that it does not carry out', () => {
    const xsd = readPublished();
    if (xsd === undefined) return;
    const types = childrenByType(xsd);
    const withPerson = FULL.replace(/<OrgId>.*?<\/OrgId>/, '<PrvtId><Othr><Id>C-1</Id></Othr></PrvtId>');
    const documents = [FULL, withPerson].map((source) => XmlDocument.fromString(source));
    const elements = documents.flatMap((document) => document.find('//*') as XmlElement[]);
    const supported = new Set(elements.map((element) => `${element.parent?.name}/${element.name}`));
    const refused: string[] = [];

    const visit = (element: XmlElement, type: string) => {
      for (const [name, childType] of types.get(type) ?? []) {
        if (supported.has(`${element.name}/${name}`)) continue;
        const source = element.doc.toString({ format: false });
        const own = element.toString({ format: false }).replaceAll(/ xmlns="[^"]*"/g, '');
        const xml = source.replace(
          own,
          own.replace(
            /^<[^>]*?\/?>/,
            (tag) => `${tag.replace('/>', '>')}<${name}/>${tag.endsWith('/>') ? `</${element.name}>` : ''}`,
          ),
        );
        expect(() => readPaymentInitiation(Buffer.from(xml))).toThrow(
          new RegExp(`ISO20022_ELEMENT_UNSUPPORTED.*/${element.name}(\\[\\d+\\])?/${name}"`),
        );
        refused.push(`${element.name}/${name} ${childType}`);
      }
      for (let child = element.firstChild; child !== null; child = child.next) {
        const childType = child instanceof XmlElement ? types.get(type)?.get(child.name) : undefined;
        if (childType !== undefined) visit(child as XmlElement, childType);
      }
    };
    for (const document of documents) visit(document.root, 'Document');

    expect(refused.length).toBeGreaterThan(50);
  });

  test('is a part: the published schema accepts all that ours accepts', () => {
    const xsd = readPublished();
    if (xsd === undefined) return;
    const standard = XsdValidator.fromDoc(XmlDocument.fromString(xsd));
    const standardAccepts = (document: XmlDocument) => {
      try {
        standard.validate(document);
        return true;
      } catch {
        return false;
      }
    };
    const counts = { both: 0, neither: 0, standardOnly: 0 };
    const wider: string[] = [];
    const next = numbers(20_022);
    const original = XmlDocument.fromString(FULL);
    expect({ ours: validate(original, 'pain.001.001.09'), standard: standardAccepts(original) }).toEqual({
      standard: true,
    });

    for (let round = 0; round < 3000; round += 1) {
      const xml = mutate(original, next);
      const document = XmlDocument.fromString(xml);
      const ours = validate(document, 'pain.001.001.09') === undefined;
      const theirs = standardAccepts(document);
      document.dispose();
      if (ours && !theirs) wider.push(xml);
      else if (ours) counts.both += 1;
      else if (theirs) counts.standardOnly += 1;
      else counts.neither += 1;
    }

    expect(wider).toEqual([]);
    expect(counts.both).toBeGreaterThan(200);
    expect(counts.neither).toBeGreaterThan(1000);
  });
});
