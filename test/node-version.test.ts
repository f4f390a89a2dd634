import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SourceTextModule, SyntheticModule } from 'node:vm';

const scripts = join(import.meta.dirname, '..', 'scripts');
/** What our scripts use and Node 16 lacks. */
const exportsOfLaterNodes = ['statfsSync', 'parseArgs'];

/** Links a script as Node 16 would: built-in modules without what came later, other scripts by name alone. */
async function linkAsOldNode(file: string): Promise<void> {
  const code = readFileSync(join(scripts, file), 'utf8');
  const module = new SourceTextModule(code, { identifier: file, importModuleDynamically: () => undefined as never });
  await module.link(async (name) => {
    const known = name.startsWith('.') ? ['root', 'setUp', 'node'] : Object.keys(await import(name));
    const names = known.filter((each) => !exportsOfLaterNodes.includes(each));
    return new SyntheticModule(names, () => {}, { identifier: name });
  });
}

describe('an old Node', () => {
  test.each(['start.mjs', 'run.mjs', 'set-up.mjs'])('links %s, so that it can be told', async (file) => {
    await expect(linkAsOldNode(file)).resolves.toBeUndefined();
  });

  test('is told which Node is needed', () => {
    const asOld = `data:text/javascript,Object.defineProperty(process.versions, 'node', { value: '16.20.2' })`;
    const run = spawnSync(process.execPath, ['--import', asOld, join(scripts, 'start.mjs')], { encoding: 'utf8' });
    expect(run).toMatchObject({ status: 1, stdout: '' });
    expect(run.stderr).toContain('Tangram needs Node 20 or newer');
  });
});
