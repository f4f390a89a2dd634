import { execFile, execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { jest } from '@jest/globals';
import { changeEnvFile, readEnvFile } from '@tangram/network/compose/env-file.ts';
import { isPinned, officialImages } from '@tangram/network/compose/images.ts';
import { pinImages } from '@tangram/network/compose/pin.ts';
import { openProject } from '@tangram/network/compose/project.ts';
import { skipLoudly, whyNoCompose } from './docker.ts';
import { type SmallRegistry, startSmallRegistry } from './small-registry.ts';

const tag = '3.1.5';
const milliseconds = 120_000;
const root = join(import.meta.dirname, '..', '..');
const why = whyNoCompose();
const engineTest = skipLoudly('pin.test.ts', why);

describe('npm run images -- --pin', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tangram-pin-'));
  const envFile = join(folder, '.env');
  const repositories = ['hyperledger/fabric-peer', 'hyperledger/fabric-orderer', 'library/postgres'];
  let registry: SmallRegistry;
  let names: string[] = [];

  beforeAll(async () => {
    registry = await startSmallRegistry(repositories, tag);
    names = repositories.map((repository) => `${registry.host}/${repository}:${tag}`);
  });
  beforeEach(() => {
    copyFileSync(join(root, '.env'), envFile);
    changeEnvFile(envFile, Object.fromEntries(officialImages.map((name, index) => [name, names[index] ?? ''])));
  });
  afterAll(async () => {
    await registry.stop();
    if (why === undefined) for (const name of names) remove(name);
    rmSync(folder, { recursive: true });
  });

  jest.setTimeout(milliseconds);

  engineTest('writes the digest that the registry names beside each tag, and changes no other line', async () => {
    const before = readFileSync(envFile, 'utf8').split('\n');

    await pinImages(openProject({ envFile }));

    const settings = readEnvFile(envFile);
    expect(officialImages.map((name) => settings[name])).toEqual(
      repositories.map((repository, index) => `${names[index]}@${registry.digest(repository)}`),
    );
    const changed = readFileSync(envFile, 'utf8')
      .split('\n')
      .filter((line, index) => line !== before[index]);
    expect(changed).toHaveLength(officialImages.length);
    expect(officialImages.every((name) => isPinned(settings[name] ?? ''))).toBe(true);
  });

  engineTest('names an image that the engine takes: the bytes of that digest, pulled anew', async () => {
    await pinImages(openProject({ envFile }));
    const pinned = readEnvFile(envFile).FABRIC_PEER_IMAGE ?? '';
    remove(names[0] ?? '');

    // The registry runs in this very process.
    await promisify(execFile)('docker', ['pull', '--quiet', pinned]);

    const label = execFileSync('docker', ['image', 'inspect', '--format', '{{.Config.Labels.repository}}', pinned]);
    expect(label.toString().trim()).toBe('hyperledger/fabric-peer');
  });

  engineTest('changes nothing when a registry does not have one of them', async () => {
    changeEnvFile(envFile, { POSTGRES_IMAGE: `${registry.host}/library/nothing:${tag}` });
    const before = readFileSync(envFile, 'utf8');

    await expect(pinImages(openProject({ envFile }))).rejects.toThrow(
      /No registry gives .*library\/nothing.*nothing was changed/,
    );

    expect(readFileSync(envFile, 'utf8')).toBe(before);
  });
});

/** An image may have gone with an earlier one of the same bytes. */
function remove(image: string): void {
  const repository = image.replace(/:[^:/]*$/, '');
  const format = '{{.ID}}';
  const ids = execFileSync('docker', ['images', '--quiet', '--format', format, repository], { encoding: 'utf8' });
  for (const id of new Set(ids.split('\n').filter(Boolean)))
    execFileSync('docker', ['rmi', '--force', id], { stdio: 'ignore' });
}
