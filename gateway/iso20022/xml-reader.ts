import { ParseOption, XmlCData, XmlDocument, XmlElement, type XmlLibError, XmlText } from 'libxml2-wasm';
import { errors } from './errors.ts';

/** An element as our mappings read it: names without prefix, text as it stands. */
export interface Element {
  name: string;
  namespace: string;
  text: string;
  /** Value of the Ccy attribute, the only one that we read. */
  currency: string | undefined;
  children: Element[];
  parent: Element | undefined;
}

// No entities are substituted, no DTD or external entity is loaded, and the limits on depth and size stay in force.
const OPTIONS =
  ParseOption.XML_PARSE_NO_XXE |
  ParseOption.XML_PARSE_NONET |
  ParseOption.XML_PARSE_NO_SYS_CATALOG |
  ParseOption.XML_PARSE_NOCDATA |
  ParseOption.XML_PARSE_BIG_LINES;

/** Ten thousand transactions with all that we support stay below. */
const TAGS_MAX = 1_000_000;

/**
 * Parses untrusted XML; `use` gets the document, which lives no longer. Refuses, in order: ENCODING_UNSUPPORTED,
 * DOCTYPE_REFUSED, TOO_LARGE, NOT_WELL_FORMED.
 */
export function withDocument<Result>(bytes: Uint8Array, use: (document: XmlDocument) => Result): Result {
  const document = parse(decode(bytes));
  try {
    return use(document);
  } finally {
    document.dispose();
  }
}

function decode(bytes: Uint8Array): string {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw errors.ENCODING_UNSUPPORTED();
  }
  const declared = /^<\?xml[^>]*\sencoding\s*=\s*["']([^"']*)["']/.exec(text)?.[1] ?? 'UTF-8';
  if (declared.toUpperCase() !== 'UTF-8') throw errors.ENCODING_UNSUPPORTED();
  // Refused by its letters, even in a comment: nothing that could ever declare an entity reaches the parser.
  if (/<!\s*(DOCTYPE|ENTITY)/i.test(text)) throw errors.DOCTYPE_REFUSED();
  // A tag of three letters costs a hundred times as many bytes once it is parsed.
  if (text.split('<', TAGS_MAX + 2).length > TAGS_MAX + 1) throw errors.TOO_LARGE({ tagsMax: TAGS_MAX });
  return text;
}

function parse(text: string): XmlDocument {
  try {
    return XmlDocument.fromString(text, { option: OPTIONS });
  } catch (error) {
    throw errors.NOT_WELL_FORMED({ line: (error as XmlLibError).details?.[0]?.line ?? 1 });
  }
}

/** Copies a parsed element and all below it out of the parser's memory. */
export function elementOf(source: XmlElement, parent?: Element): Element {
  const element: Element = {
    name: source.name,
    namespace: source.namespaceUri,
    text: '',
    currency: source.name === 'InstdAmt' ? source.attr('Ccy')?.value : undefined,
    children: [],
    parent,
  };
  for (let child = source.firstChild; child !== null; child = child.next) {
    if (child instanceof XmlElement) element.children.push(elementOf(child, element));
    else if (child instanceof XmlText || child instanceof XmlCData) element.text += child.content;
  }
  return element;
}

/** `/Document/CstmrCdtTrfInitn/PmtInf[2]/Amt`: positions only among siblings of one name. */
export function pathOf(element: Element): string {
  const { parent, name } = element;
  if (parent === undefined) return `/${name}`;
  const twins = parent.children.filter((child) => child.name === name);
  return `${pathOf(parent)}/${name}${twins.length > 1 ? `[${twins.indexOf(element) + 1}]` : ''}`;
}

/** The first child of a name, if any. */
export function child(element: Element, name: string): Element | undefined {
  return element.children.find((candidate) => candidate.name === name);
}

/** The element at the end of a path of child names, if it is there. */
export function descendant(element: Element, ...names: string[]): Element | undefined {
  return names.reduce<Element | undefined>((found, name) => found && child(found, name), element);
}

/** The children of a name. */
export function childrenOf(element: Element, name: string): Element[] {
  return element.children.filter((candidate) => candidate.name === name);
}
