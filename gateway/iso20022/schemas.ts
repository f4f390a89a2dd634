import { readFileSync } from 'node:fs';
import { XmlDocument, type XmlValidateError, XsdValidator } from 'libxml2-wasm';

export type MessageName = 'pain.001.001.09' | 'pain.002.001.10' | 'camt.053.001.08';

/** The XML namespace of a message. */
export const namespaceOf = (message: MessageName): string => `urn:iso:std:iso:20022:tech:xsd:${message}`;

const validators = new Map<MessageName, XsdValidator>();

/** What a schema finds wrong: libxml2's words and an XPath by positions. */
export interface SchemaFailure {
  message: string;
  line: number;
  xpath: string;
}

/** Checks a document against our part of the standard; undefined when it conforms. Loads nothing but our own files. */
export function validate(document: XmlDocument, message: MessageName): SchemaFailure | undefined {
  let validator = validators.get(message);
  if (validator === undefined) {
    validator = compile(message);
    validators.set(message, validator);
  }
  try {
    validator.validate(document);
    return undefined;
  } catch (error) {
    const [detail] = (error as XmlValidateError).details ?? [];
    if (detail === undefined) throw error;
    return { message: detail.message, line: detail.line, xpath: detail.xpath ?? '' };
  }
}

function compile(message: MessageName): XsdValidator {
  const common = /<!-- common -->([\s\S]*)<!-- \/common -->/.exec(readXsd('common-types'))![1]!;
  const include = '<xs:include schemaLocation="common-types.xsd"/>';
  const document = XmlDocument.fromString(readXsd(message).replace(include, () => common));
  try {
    return XsdValidator.fromDoc(document);
  } finally {
    document.dispose();
  }
}

function readXsd(name: string): string {
  return readFileSync(new URL(`./xsd/${name}.xsd`, import.meta.url), 'utf8');
}
