import { createTable } from '@tangram/chaincode/core/dispatch.ts';
import { textCodecs } from '@tangram/chaincode/core/wire/text-codecs.ts';
import { operations as moduleOperations } from '@tangram/chaincode/operations.ts';

/** What of a TypeBox schema decides how its values stand in the ledger's bytes. */
interface SchemaLike {
  readonly wire?: string;
  readonly type?: string;
  readonly const?: unknown;
  readonly anyOf?: readonly SchemaLike[];
  readonly items?: SchemaLike;
  readonly properties?: Readonly<Record<string, SchemaLike>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: unknown;
}

export interface LedgerLayouts {
  readonly operations: Record<string, { readonly request: string; readonly result: string }>;
  readonly events: Record<string, string>;
  readonly items: Record<string, string>;
}

/** The layout of every operation that a batch can hold, in the notation of docs/reference/ledger-format.md. */
export function ledgerLayouts(): LedgerLayouts {
  const layouts: LedgerLayouts = { operations: {}, events: {}, items: {} };
  const submits = createTable(moduleOperations)
    .operations()
    .filter(({ kind }) => kind === 'submit')
    .sort((one, other) => (one.name < other.name ? -1 : 1));
  for (const { name, request, result, events = {}, items = {} } of submits) {
    layouts.operations[name] = { request: notationOf(request), result: notationOf(result) };
    for (const [type, schema] of Object.entries(events)) layouts.events[type] = notationOf(schema);
    for (const [kind, schema] of Object.entries(items)) layouts.items[kind] = notationOf(schema);
  }
  return layouts;
}

function notationOf(schema: SchemaLike): string {
  if (schema.wire !== undefined && schema.wire in textCodecs) return schema.wire;
  if (schema.anyOf?.every((each) => 'const' in each)) return literals(schema.anyOf);
  if ('const' in schema) return literals([schema]);
  switch (schema.type) {
    case 'string':
      return 'text';
    case 'boolean':
    case 'integer':
      return schema.type;
    case 'array':
      return `[${notationOf(schema.items ?? {})}]`;
    case 'object':
      return schema.additionalProperties === false ? objectNotation(schema) : 'json';
    default:
      return 'json';
  }
}

const literals = (schemas: readonly SchemaLike[]): string =>
  `(${schemas.map((schema) => JSON.stringify(schema.const)).join('|')})`;

function objectNotation({ properties = {}, required = [] }: SchemaLike): string {
  const fields = Object.entries(properties).map(
    ([name, schema]) => `${name}${required.includes(name) ? '' : '?'} ${notationOf(schema)}`,
  );
  return `{${fields.join(', ')}}`;
}

/** The same as the section of the page that lists them. */
export function layoutSection({ operations, events, items }: LedgerLayouts): string {
  const code = (text: string) => `\`${text.replaceAll('|', '\\|')}\``;
  const table = (title: string, rows: Readonly<Record<string, string>>) =>
    `| ${title} | Layout |\n|---|---|\n${Object.entries(rows)
      .map(([name, text]) => `| \`${name}\` | ${code(text)} |`)
      .join('\n')}`;
  const rows = Object.entries(operations).map(
    ([name, { request, result }]) => `| \`${name}\` | ${code(request)} | ${code(result)} |`,
  );
  return [
    `| Operation | Request | Result |\n|---|---|---|\n${rows.join('\n')}`,
    table('Event', events),
    table('Outbox item', items),
  ].join('\n\n');
}
