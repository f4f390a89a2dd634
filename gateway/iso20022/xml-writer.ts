/** An element to write: name, content, attributes. Undefined content leaves the element out. */
export type Node = string;

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  // A parser turns a bare carriage return into a line feed: the text would not come back unchanged.
  '\r': '&#13;',
};

/** Text for an element or attribute; characters that XML 1.0 cannot hold become U+FFFD. */
export function escapeText(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/[^\t\n\r\u0020-\uFFFD\u{10000}-\u{10FFFF}]/gu, '\uFFFD')
    .replaceAll(/[&<>"\r]/g, (character) => ESCAPES[character]!);
}

/** An element with text, or nothing when there is no text. */
export function leaf(name: string, text: string | undefined | null, attributes = ''): Node {
  return text === undefined || text === null ? '' : `<${name}${attributes}>${escapeText(text)}</${name}>`;
}

/** An element around others. */
export function branch(name: string, ...children: Node[]): Node {
  return `<${name}>${children.join('')}</${name}>`;
}

/** A whole message. */
export function documentOf(namespace: string, content: Node): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="${namespace}">${content}</Document>\n`;
}
