import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { changeEnvFile, readEnvFile } from '@tangram/network/compose/env-file.ts';
import { openProject } from '@tangram/network/compose/project.ts';
import { createComposeNetwork } from '@tangram/network/drivers/compose.ts';
import type { Network } from '@tangram/network/drivers/network.ts';
import { createRestClient, type RestClient } from '@tangram/network/walkthrough/rest-client.ts';
import { buildImagesLocally, imageName, localPostgres } from '../../scripts/build-images.ts';
import { findPostgresPrograms } from '../../scripts/postgres-image.ts';
import { post, settled } from '../end-to-end/running-network.ts';
import { skipLoudly, whyNoCompose } from './docker.ts';

const envFile = process.env.COMPOSE_ENV_FILES ?? join(import.meta.dirname, '../../.env');
const given = readEnvFile(envFile);
const fabricFolder = process.env.FABRIC_BIN;
const isHere = (image = '') => spawnSync('docker', ['image', 'inspect', image]).status === 0;
const project = 'tangram-test';
const nextVersion = '0.2.0-test';
const cny = (amount: number) => ({ amount: String(amount), currency: 'CNY' });

/** Settings that name images which this machine has, or will have built; what lacks, where it has none. */
function chooseImages(): { images: Record<string, string>; why?: string } {
  const lacking = whyNoCompose();
  if (lacking !== undefined) return { images: {}, why: lacking };
  const local = {
    FABRIC_PEER_IMAGE: 'tangram/fabric-peer:local',
    FABRIC_ORDERER_IMAGE: 'tangram/fabric-orderer:local',
  };
  const isOfficial = Object.keys(local).every((name) => isHere(given[name]));
  const isLocal = fabricFolder !== undefined || Object.values(local).every(isHere);
  if (!isOfficial && !isLocal)
    return { images: {}, why: 'there are no Fabric images, and no FABRIC_BIN to build some of' };
  if (fabricFolder === undefined && !isHere(imageName('set-up'))) {
    return { images: {}, why: `there is no image ${imageName('set-up')}, and no FABRIC_BIN to build it of` };
  }
  const isOfficialPostgres = isHere(given.POSTGRES_IMAGE);
  const isLocalPostgres = fabricFolder !== undefined && findPostgresPrograms() !== undefined;
  if (!isOfficialPostgres && !isLocalPostgres) {
    process.stderr.write(
      'compose.test.ts keeps read models in SQLite: there is no PostgreSQL, as an image or installed.\n',
    );
  }
  const hasPostgres = isOfficialPostgres || isLocalPostgres;
  return {
    images: {
      ...(isOfficial ? {} : local),
      ...(!isOfficialPostgres && isLocalPostgres && { POSTGRES_IMAGE: localPostgres }),
      READ_MODEL: hasPostgres ? 'postgres' : 'sqlite',
      COMPOSE_PROFILES: hasPostgres ? 'postgres,chaincode-a' : 'chaincode-a',
    },
  };
}

const { images, why } = chooseImages();
const composeTest = skipLoudly('compose.test.ts', why);

describe('docker compose up, on real Fabric', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tangram-compose-'));
  const ownEnvFile = join(folder, '.env');
  let network: Network;
  let rest: RestClient;
  jest.setTimeout(300_000);

  beforeAll(async () => {
    if (why !== undefined) return;
    await buildImagesLocally({ fabricFolder });
    // The same code under another tag: an upgrade needs a version of its own, not other code.
    execFileSync('docker', ['tag', imageName('chaincode'), imageName('chaincode', nextVersion)]);
    copyFileSync(envFile, ownEnvFile);
    const ours = {
      GATEWAY_IMAGE: 'gateway',
      CHAINCODE_IMAGE: 'chaincode',
      NETWORK_IMAGE: 'network',
      SET_UP_IMAGE: 'set-up',
    } as const;
    // The engine chooses free ports.
    const ports = Object.keys(given).filter((name) => name.endsWith('_PORT'));
    changeEnvFile(ownEnvFile, {
      ...images,
      ...Object.fromEntries(Object.entries(ours).map(([name, target]) => [name, imageName(target)])),
      CHAINCODE_B_IMAGE: imageName('chaincode'),
      ...Object.fromEntries(ports.map((name) => [name, ''])),
    });
    network = createComposeNetwork({ project, envFile: ownEnvFile });
    await network.start();
    rest = createRestClient(network);
  }, 600_000);

  afterAll(async () => {
    if (why === undefined) {
      await openProject({ project, envFile: ownEnvFile }).down({ purge: true });
      execFileSync('docker', ['rmi', imageName('chaincode', nextVersion)], { stdio: 'ignore' });
    }
    rmSync(folder, { recursive: true });
  }, 120_000);

  composeTest('has every container healthy, and its one-shot services done', async () => {
    const unwell = () =>
      openProject({ project, envFile: ownEnvFile })
        .containers()
        .filter(
          ({ service, status }) =>
            !(['prepare', 'open'].includes(service) ? /^Exited \(0\)/ : /\(healthy\)/).test(status),
        )
        .map(({ service, status }) => `${service}: ${status}`);
    const deadline = Date.now() + 200_000;
    while (unwell().length > 0 && Date.now() < deadline) await new Promise((wake) => setTimeout(wake, 1000));

    expect(unwell()).toEqual([]);
  });

  composeTest('carries a payment from bank to bank', async () => {
    for (const bank of ['cedar', 'maple'] as const) {
      const issue = { operationId: `issue-${bank}`, amount: cny(1_000_000) };
      await post(rest, 'centralbank', { path: `/v1/settlement-accounts/${bank}/issue`, body: issue });
      await post(rest, bank, { path: '/v1/accounts', body: { accountId: `${bank}-1`, name: bank, currency: 'CNY' } });
    }
    await post(rest, 'cedar', {
      path: '/v1/accounts/cedar-1/deposits',
      body: { depositId: 'd1', amount: cny(50_000) },
    });
    await pay('p1');

    expect(await settled(rest, 'p1', 'cedar')).toBe('SETTLED');
  });

  composeTest('takes a next version of the chaincode while payments go on', async () => {
    let isOver = false;
    const statuses = (async () => {
      const seen: number[] = [];
      for (let count = 0; !isOver; count += 1) seen.push((await pay(`upgrade-${count}`)).status);
      return seen;
    })();

    await network.deploy?.(nextVersion).finally(() => {
      isOver = true;
    });

    expect([...new Set(await statuses)]).toEqual([201]);
    expect(readEnvFile(ownEnvFile)).toMatchObject({
      CHAINCODE_B_IMAGE: imageName('chaincode', nextVersion),
      COMPOSE_PROFILES: expect.stringContaining('chaincode-b'),
    });
    const services = openProject({ project, envFile: ownEnvFile })
      .containers()
      .map(({ service }) => service);
    expect(services.filter((service) => service.startsWith('cedar-chaincode'))).toEqual(['cedar-chaincode-b']);
  });

  composeTest('goes on after a gateway and all nodes were killed, with equal state', async () => {
    for (const process of [{ role: 'gateway', organization: 'cedar' }, { role: 'network' }] as const) {
      network.kill(process);
      await network.restored(process);
    }
    await pay('p2');

    expect(await settled(rest, 'p2', 'cedar')).toBe('SETTLED');
    await expect(network.verify()).resolves.toMatch(/every peer noted the same commit hash/);
  });

  composeTest('leaves no container, network or volume behind', async () => {
    await openProject({ project, envFile: ownEnvFile }).down({ purge: true });

    const filter = ['--quiet', '--filter', `label=com.docker.compose.project=${project}`];
    const left = [
      ['ps', '--all'],
      ['network', 'ls'],
      ['volume', 'ls'],
    ].map((what) => execFileSync('docker', [...what, ...filter], { encoding: 'utf8' }).trim());
    expect(left).toEqual(['', '', '']);
  });

  function pay(paymentId: string) {
    const body = { paymentId, debtorAccount: 'cedar-1', creditorAccount: 'maple-1', amount: cny(1) };
    return rest.call({ bank: 'cedar', method: 'POST', path: '/v1/payments', body });
  }
});
