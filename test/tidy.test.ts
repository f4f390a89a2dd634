import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

const root = join(import.meta.dirname, '..');
const tracked = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\n')
  .filter((file) => file !== '' && existsSync(join(root, file)));
const read = (file: string) => readFileSync(join(root, file), 'utf8');
const typescript = tracked.filter((file) => file.endsWith('.ts'));
const sources = typescript.filter((file) => !file.endsWith('.test.ts'));
const tests = typescript.filter((file) => file.endsWith('.test.ts'));
const markdown = tracked.filter((file) => file.endsWith('.md'));

const sourceLinesMax = 250;
const testLinesMax = 500;
const functionLinesMax = 70;
const foldersDeepMax = 4;

/** Files beyond their budget, each with the reason why splitting it would read worse. */
const longFiles: Record<string, string> = {};
/** Functions beyond their budget, `file:name`, each with its reason. */
const longFunctions: Record<string, string> = {};

/** Words that may not stand in a file, each with what to do instead. */
const banned: { pattern: RegExp; in: RegExp; instead: string }[] = [
  { pattern: /\bTO[D]O\b|\bFIX[M]E\b/, in: /\.(ts|mjs|js|md)$/, instead: 'open an issue' },
  { pattern: /\bdebug[g]er\b/, in: /\.ts$/, instead: 'a breakpoint of your editor' },
  { pattern: /\.(only|skip|todo)\(/, in: /\.test\.ts$/, instead: 'run one file with npm test -- <path>' },
  { pattern: /@ts-(ignore|nocheck)/, in: /\.ts$/, instead: '@ts-expect-error with its reason' },
  {
    pattern: /console\.log\(/,
    in: /^(chaincode|gateway|network)\/(?!.*\.test\.ts$).*\.ts$/,
    instead: 'process.stdout or the logger',
  },
];

describe('files', () => {
  test('have kebab-case names', () => {
    const allowed = /^(README\.md|\.[a-zA-Z.-]+|[a-z0-9.-]+)$/;
    const wrong = tracked.filter((file) => !file.split('/').every((part) => allowed.test(part)));

    expect(wrong).toEqual([]);
  });

  test('lie at most four folders deep', () => {
    expect(tracked.filter((file) => dirname(file).split('/').length > foldersDeepMax)).toEqual([]);
  });

  test('keep to their length, or are listed with a reason', () => {
    const max = (file: string) => (file.endsWith('.test.ts') ? testLinesMax : sourceLinesMax);
    const long = typescript.filter((file) => read(file).split('\n').length - 1 > max(file));

    expect(long.sort()).toEqual(Object.keys(longFiles).sort());
  });

  test('hold no banned words', () => {
    const found = banned.flatMap(({ pattern, in: where, instead }) =>
      tracked
        .filter((file) => where.test(file) && file !== 'test/tidy.test.ts' && pattern.test(read(file)))
        .map((file) => `${file}: ${pattern.source} (instead: ${instead})`),
    );

    expect(found).toEqual([]);
  });

  test('say why a rule is switched off', () => {
    const silent = typescript.filter((file) => /biome-ignore [^:\n]+(:\s*$|\n)/m.test(read(file)));

    expect(silent).toEqual([]);
  });
});

describe('functions', () => {
  test('have at most 70 lines and three parameters, or are listed with a reason', async () => {
    const { parse } = await import('@swc/core');
    const wrong: string[] = [];
    let seen = 0;
    for (const file of sources) {
      const text = read(file);
      const tree = await parse(text, { syntax: 'typescript', target: 'es2024' });
      for (const { name, lines, parameters } of functionsIn(tree, text)) {
        seen += 1;
        if (lines > functionLinesMax) wrong.push(`${file}:${name}`);
        if (parameters > 3) wrong.push(`${file}:${name} has ${parameters} parameters`);
      }
    }

    expect(wrong.sort()).toEqual(Object.keys(longFunctions).sort());
    expect(seen).toBeGreaterThan(sources.length);
  });
});

describe('README and docs', () => {
  test('README has at most 150 lines', () => {
    expect(read('README.md').split('\n').length).toBeLessThanOrEqual(151);
  });

  test.each(markdown)('links of %s lead somewhere', (file) => {
    const links = [...withoutCode(read(file)).matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)].map(([, link]) => link ?? '');
    const dead = links.filter((link) => !/^[a-z]+:/.test(link) && !existsSync(join(root, dirname(file), link)));

    expect(dead).toEqual([]);
  });

  test.each(markdown)('npm commands of %s exist', (file) => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const named = [...read(file).matchAll(/npm (?:run )?(start|test|[a-z:]+)(?= |`|$)/gm)].map(
      ([, name]) => name ?? '',
    );
    const npmOwn = ['install', 'ci', 'run', 'config', 'rebuild', 'packages'];

    expect(named.filter((name) => !(name in scripts) && !npmOwn.includes(name))).toEqual([]);
  });

  test('every module of the chaincode has a README of its own, to which the README’s table leads', () => {
    const modules = tracked.flatMap((file) => /^chaincode\/([a-z]+)\/contract[.]ts$/.exec(file)?.[1] ?? []);
    const rows = read('README.md').split('\n');

    expect(modules.length).toBeGreaterThan(4);
    expect(modules.filter((name) => !tracked.includes(`chaincode/${name}/README.md`))).toEqual([]);
    expect(
      modules.filter((name) => !rows.some((row) => row.startsWith('|') && row.includes(`chaincode/${name}/README.md`))),
    ).toEqual([]);
  });

  test('every feature of the README names a test that exists', () => {
    const rows = read('README.md')
      .split('\n')
      .filter((line) => line.startsWith('| ') && !/^\| (?:-|Part|Module)/.test(line));
    const unproven = rows.filter((row) => {
      const proofs = [...row.matchAll(/\(([^)\s]+)\)/g)]
        .map(([, link]) => link ?? '')
        .filter((link) => /test/.test(link));
      return proofs.length === 0 || proofs.some((link) => !holdsTests(link));
    });

    expect(rows.length).toBeGreaterThan(5);
    expect(unproven).toEqual([]);
  });
});

/** Code in backquotes may look like a link. */
const withoutCode = (text: string) => text.replaceAll(/```[\s\S]*?```|`[^`\n]*`/g, '');

function holdsTests(path: string): boolean {
  if (!existsSync(join(root, path))) return false;
  if (!statSync(join(root, path)).isDirectory()) return path.endsWith('.test.ts');
  return tests.some((file) => file.startsWith(`${path.replace(/\/$/, '')}/`));
}

interface FunctionFact {
  name: string;
  /** Own lines: a function inside it counts for itself. */
  lines: number;
  parameters: number;
}

/** Every function of a syntax tree; spans are byte offsets that swc counts on from tree to tree. */
function functionsIn(tree: { span: { start: number } }, text: string): FunctionFact[] {
  const bytes = Buffer.from(text);
  const facts: FunctionFact[] = [];
  const base = tree.span.start - leadingBytes(text);

  function walk(node: unknown, name: string): number {
    if (Array.isArray(node)) return node.reduce((sum: number, child) => sum + walk(child, name), 0);
    if (typeof node !== 'object' || node === null) return 0;
    const it = node as Record<string, any>;
    const ownName = it.identifier?.value ?? it.id?.value ?? it.key?.value ?? name;
    const nested = Object.entries(it).reduce(
      (sum, [key, child]) => sum + (key === 'span' ? 0 : walk(child, ownName)),
      0,
    );
    if (!Array.isArray(it.params) || !['FunctionBody', 'BlockStatement'].includes(it.body?.type)) return nested;
    const lines = linesOf(bytes.subarray(it.span.start - base, it.span.end - base));
    facts.push({ name: ownName, lines: lines - nested, parameters: it.params.length });
    return lines;
  }
  walk(tree, 'anonymous');
  return facts;
}

const linesOf = (bytes: Buffer) => bytes.toString().split('\n').length;

/** swc starts a module's span at its first token, after comments and blank lines. */
function leadingBytes(text: string): number {
  const [lead = ''] = /^(?:\s|\/\/[^\n]*\n|\/\*[\s\S]*?\*\/|#![^\n]*\n)*/.exec(text) ?? [''];
  return Buffer.byteLength(lead);
}
