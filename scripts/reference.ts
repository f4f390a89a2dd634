import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CatalogueRow } from '@tangram/chaincode/core/errors.ts';
import { catalogue } from '@tangram/gateway/plugins/catalogue.ts';
import { errorCodesOf } from '@tangram/gateway/plugins/open-api.ts';
import type { Route } from '@tangram/gateway/routes/route.ts';
import { createRoutes } from '@tangram/gateway/routes/table.ts';

import { type LedgerLayouts, layoutSection, ledgerLayouts } from './ledger-layouts.ts';
import { mutationSections } from './mutation-page.ts';
import { performanceSections } from './performance-page.ts';

const root = join(import.meta.dirname, '..');
const notice = '<!-- Written by `npm run docs`; a test compares it with the code. -->';

/** Files that are made from the route table, the error catalogues and the operations, by their path. */
export function generateReference(): Record<string, string> {
  const layouts = ledgerLayouts();
  return {
    'docs/reference/api.md': apiPage(),
    'docs/reference/errors.md': errorsPage(),
    'docs/reference/events.md': eventsPage(),
    'docs/reference/ledger-format.md': ledgerFormatPage(layouts),
    'docs/reference/mutation-testing.md': mutationPage(),
    'docs/reference/performance.md': performancePage(),
    'network/ledger-format/layouts.json': `${JSON.stringify(layouts, null, 2)}\n`,
  };
}

/** The page is written by hand but for its tables. */
function ledgerFormatPage(layouts: LedgerLayouts): string {
  const page = readFileSync(join(root, 'docs/reference/ledger-format.md'), 'utf8');
  const start = page.indexOf(notice) + notice.length;
  return `${page.slice(0, start)}\n\n${layoutSection(layouts)}\n`;
}

/** What is measured and what limits it is written by hand, the tables come from the runs that are kept. */
function performancePage(): string {
  const page = readFileSync(join(root, 'docs/reference/performance.md'), 'utf8');
  return `${page.slice(0, page.indexOf(notice) + notice.length)}\n\n${performanceSections()}\n`;
}

/** What is mutated and how is written by hand, the tables come from the figures that are kept. */
function mutationPage(): string {
  const page = readFileSync(join(root, 'docs/reference/mutation-testing.md'), 'utf8');
  return `${page.slice(0, page.indexOf(notice) + notice.length)}\n\n${mutationSections()}\n`;
}

function apiPage(): string {
  const rows = createRoutes(new AbortController().signal);
  return `${notice}
# REST API

Every gateway serves these paths, \`/openapi.json\` (OpenAPI 3.1) and \`/docs\`, where they can be tried, and without a token
\`/healthz\`, \`/readyz\` and \`/metrics\`. A request carries \`Authorization: Bearer <token>\`. Amounts are decimal strings of
minor units. Pages are \`{items, nextCursor}\`. Every error is problem+json; what each code means is in
[errors](errors.md), and codes that every path can answer are listed there once.

| Method | Path | Does | Roles |
|---|---|---|---|
${rows.map((row) => `| ${row.method} | [\`${row.path}\`](#${row.operationId.toLowerCase()}) | ${row.summary} | ${row.roles.join(', ')} |`).join('\n')}

${rows.map(routeSection).join('\n\n')}
`;
}

function routeSection(row: Route): string {
  const shared = new Set(errorCodesOf({ ...row, errors: [] }));
  const own = row.errors.filter((code) => !shared.has(code));
  const where = { bank: 'Served by the banks.', centralbank: 'Served by the central bank.' };
  const parts = [
    `## ${row.operationId}`,
    `\`${row.method} ${row.path}\` ${row.summary}.${row.description ? ` ${row.description}` : ''}${row.at ? ` ${where[row.at]}` : ''}`,
    fieldTable('Query', row.query),
    fieldTable('Body', row.body),
    row.text?.request ? `Takes \`${row.text.request}\`.` : '',
    `Answers ${row.success.status}: ${row.success.description}${row.text?.response ? ` Also as \`${row.text.response}\`.` : ''}`,
    own.length > 0 ? `Refuses, in this order: ${own.map((code) => `\`${code}\``).join(', ')}.` : '',
    row.example?.body === undefined ? '' : `\`\`\`json\n${JSON.stringify(row.example.body)}\n\`\`\``,
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

interface SchemaLike {
  type?: string;
  description?: string;
  pattern?: string;
  properties?: Record<string, SchemaLike>;
  required?: string[];
  items?: SchemaLike;
  anyOf?: (SchemaLike & { const?: unknown })[];
  const?: unknown;
}

function fieldTable(title: string, schema: unknown): string {
  const { properties = {}, required = [] } = (schema ?? {}) as SchemaLike;
  const names = Object.keys(properties);
  if (names.length === 0) return '';
  const rows = names.map((name) => {
    const field = properties[name] ?? {};
    return `| \`${name}\` | ${typeOf(field)} | ${required.includes(name) ? 'yes' : ''} | ${field.description ?? ''} |`;
  });
  return `| ${title} | Type | Needed | Meaning |\n|---|---|---|---|\n${rows.join('\n')}`;
}

function typeOf(schema: SchemaLike): string {
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const)}\``;
  if (schema.anyOf) return schema.anyOf.map(typeOf).join(' or ');
  if (schema.type === 'array') return `list of ${typeOf(schema.items ?? {})}`;
  if (schema.type === 'object') return `{${Object.keys(schema.properties ?? {}).join(', ')}}`;
  return schema.pattern ? `${schema.type} \`${schema.pattern.replaceAll('|', '\\|')}\`` : String(schema.type ?? 'any');
}

function errorsPage(): string {
  const groups = Map.groupBy(catalogue, ({ code }) => code.split('_')[0] ?? '');
  const sections = [...groups].map(
    ([prefix, rows]) => `## ${prefix}

| Code | HTTP | Outcome | Retry | ISO 20022 | Meaning, and what to do |
|---|---|---|---|---|---|
${rows.map(errorRow).join('\n')}`,
  );
  return `${notice}
# Errors

A refusal or failure is \`application/problem+json\` with \`code\`, \`params\`, \`outcome\`, \`retry\` and, when there is one,
\`transactionId\`. **refused**: a rule said no, nothing was written. **failed**: not committed, the same request may be
sent again. **unknown**: ask by id or send the same id again, never a new one. Within a group the order is the order in
which the rules are checked.

${sections.join('\n\n')}
`;
}

function errorRow({ code, status, outcome, retry, iso, text, fix }: CatalogueRow): string {
  return `| \`${code}\` | ${status} | ${outcome} | ${retry} | ${iso ?? ''} | ${text} ${fix} |`;
}

interface EventUse {
  type: string;
  module: string;
  file: string;
}

function eventsPage(): string {
  const uses = modules().flatMap((module) => eventsOf(module));
  const byType = [...Map.groupBy(uses, ({ type }) => type)].sort(([left], [right]) => (left < right ? -1 : 1));
  const rows = byType.map(([type, list]) => {
    const files = [...new Set(list.map(({ module, file }) => `${module}/${file.replace('.ts', '')}`))];
    return `| \`${type}\` | ${files.map((file) => `[${file}](../../chaincode/${file}.ts)`).join(', ')} |`;
  });
  return `${notice}
# Events

\`GET /v1/events\` streams them as server-sent events; the id is \`<block>.<transaction>.<index>\`, and \`Last-Event-ID\`
resumes at exactly the next one. An event is written in the batch row of the operation that caused it, so it is there
if and only if the operation was accepted. It holds no name, IBAN or text.

| Event | Written by |
|---|---|
${rows.join('\n')}
`;
}

function modules(): string[] {
  const notModules = ['core', 'host', 'testing', 'node_modules'];
  return readdirSync(join(root, 'chaincode'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !notModules.includes(entry.name))
    .map(({ name }) => name)
    .sort();
}

/** Event types are the only strings of two capitalised words in an operation's file. */
function eventsOf(module: string): EventUse[] {
  const folder = join(root, 'chaincode', module);
  const files = readdirSync(folder).filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'));
  return files.sort().flatMap((file) => {
    const text = readFileSync(join(folder, file), 'utf8');
    if (!text.includes('.emit(') && !text.includes('event:')) return [];
    return [...text.matchAll(/'((?:[A-Z][a-z]+){2,})'/g)].map(([, type]) => ({ type: type ?? '', module, file }));
  });
}
