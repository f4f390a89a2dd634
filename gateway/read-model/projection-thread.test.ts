import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectInThread } from './projection-thread.ts';

const folder = mkdtempSync(join(tmpdir(), 'tangram-projection-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('a projecting thread that fails is begun again, and says so, until it is stopped', async () => {
  const missing = join(folder, 'missing.pem');
  const projection = await projectInThread({
    projector: {
      config: { kind: 'sqlite', file: join(folder, 'read-model.sqlite') },
      organization: 'cedar',
      namespaces: ['cedar'],
    },
    client: {
      channel: 'finance',
      identity: { mspId: 'CedarMSP', certFile: missing, keyFile: missing },
      peers: [{ mspId: 'CedarMSP', endpoint: '127.0.0.1:9', tlsCaFile: missing }],
    },
    secrets: { encryptionKeyFile: missing, digestKeyFile: missing },
  });
  const stopping = new AbortController();
  const problems: string[] = [];
  let standing = 0;
  await projection.follow(stopping.signal, {
    onApplied: () => undefined,
    onStanding: () => {
      standing += 1;
    },
    onProblem: (message, error) => {
      problems.push(`${message}: ${(error as Error).message}`);
      if (problems.length === 2) stopping.abort();
    },
  });
  expect(problems).toEqual(Array(2).fill(expect.stringContaining('the projection failed: ENOENT')));
  expect(standing).toBe(2);
  expect(projection.appliedBlock()).toBeNull();
  await projection.close();
}, 60_000);
