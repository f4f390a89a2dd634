import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { bundle, type ProgramName, programs } from '../../scripts/bundle.ts';

const root = join(import.meta.dirname, '..', '..');

/** Programs of worker threads in the sources of a workspace: esbuild follows imports, and a thread is none. */
function threadsOf(workspace: string): string[] {
  return readdirSync(join(root, workspace), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && !file.includes('node_modules'))
    .filter((file) =>
      /^const .*workerData|\bparentPort\?\.on\(/m.test(readFileSync(join(root, workspace, file), 'utf8')),
    )
    .map((file) => `${workspace}/${file}`);
}

/** A thread that was given no task has all its modules, or says which one lacks. */
function firstWordsOf(file: string): Promise<string> {
  return new Promise((resolve) => {
    const worker = new Worker(file, { execArgv: ['--disable-warning=ExperimentalWarning'] });
    worker.once('error', ({ message }) => resolve(message));
    worker.once('exit', () => resolve('it ended'));
  });
}

describe('the bundles of the images', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'tangram-bundle-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test('have a file for every worker thread of the gateway', () => {
    expect(programs.gateway.threads).toEqual(threadsOf('gateway'));
  });

  test.each(Object.keys(programs) as ProgramName[])(
    'of %s find beside them what they name at run time',
    async (name) => {
      const file = await bundle(name, folder);
      const text = readFileSync(file, 'utf8');
      const named = [...text.matchAll(/new URL\(["'`]([^"'`$]+)["'`], ?import\.meta\.url\)/g)].map(
        ([, path]) => path ?? '',
      );
      const threads = programs[name].threads.map((each) => each.replace(/^.*\//, '').replace(/\.ts$/, '.mjs'));

      const missing = [...named, ...threads].filter((path) => !existsSync(join(file, '..', path)));
      expect(missing).toEqual([]);
      for (const thread of threads)
        expect(await firstWordsOf(join(file, '..', thread))).toContain("(reading 'client')");
    },
  );
});
