/** What stands in a place of the ledger's bytes, as docs/reference/ledger-format.md writes it. */
export type Layout =
  | { readonly kind: 'scalar'; readonly name: string }
  | { readonly kind: 'literal'; readonly values: readonly unknown[] }
  | { readonly kind: 'list'; readonly of: Layout }
  | { readonly kind: 'object'; readonly fields: readonly LayoutField[] };

export interface LayoutField {
  readonly name: string;
  readonly isOptional: boolean;
  readonly layout: Layout;
}

const TOKEN = /\s*([A-Za-z][A-Za-z0-9]*\??|"(?:[^"\\]|\\.)*"|[{}[\](),|])/y;

/**
 * Parses the notation: `id`, `account` and other scalars by name; `("A"|"B")` one of these; `[id]` a list;
 * `{paymentId id, uetr? id}` an object, its fields in the order of the bytes, `?` after those that may be absent.
 */
export function parseNotation(text: string): Layout {
  const tokens = tokensOf(text);
  const layout = parseLayout(tokens);
  if (tokens.length > 0) throw new Error(`${text} goes on after its layout.`);
  return layout;
}

function tokensOf(text: string): string[] {
  const tokens: string[] = [];
  const token = new RegExp(TOKEN);
  while (token.lastIndex < text.length) {
    const found = token.exec(text);
    if (found === null) throw new Error(`${text} is no layout.`);
    tokens.push(found[1] as string);
  }
  return tokens;
}

function parseLayout(tokens: string[]): Layout {
  const token = take(tokens);
  if (token === '{') return { kind: 'object', fields: listUntil(tokens, '}', () => parseField(tokens)) };
  if (token === '(') {
    return { kind: 'literal', values: listUntil(tokens, ')', () => JSON.parse(take(tokens)) as unknown) };
  }
  if (token === '[') {
    const of = parseLayout(tokens);
    if (take(tokens) !== ']') throw new Error('A list holds one layout.');
    return { kind: 'list', of };
  }
  return { kind: 'scalar', name: token };
}

function parseField(tokens: string[]): LayoutField {
  const named = take(tokens);
  return { name: named.replace('?', ''), isOptional: named.endsWith('?'), layout: parseLayout(tokens) };
}

function listUntil<Item>(tokens: string[], end: string, parse: () => Item): Item[] {
  const items: Item[] = [];
  while (tokens[0] !== end) {
    items.push(parse());
    if (tokens[0] === ',' || tokens[0] === '|') tokens.shift();
  }
  tokens.shift();
  return items;
}

function take(tokens: string[]): string {
  const token = tokens.shift();
  if (token === undefined) throw new Error('A layout ends too early.');
  return token;
}
