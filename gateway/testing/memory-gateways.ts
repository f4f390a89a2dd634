import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FOUNDING_BANKS, mspIdOf } from '@tangram/chaincode/core/names.ts';
import { assembleServices } from '../services/create-services.ts';
import type { GatewayServices, Requester, ServiceConfig } from '../services/types.ts';
import { MemoryFabric } from './memory-fabric.ts';

export const operator: Requester = { kind: 'operator', subject: 'operator-1' };

export interface MemoryGateways {
  readonly fabric: MemoryFabric;
  readonly problems: string[];
  /** The running gateway of an organisation. */
  of(organization: string): GatewayServices;
  /** Forgets a gateway without stopping it: as after a partition it goes on, and its successor has its own read model. */
  lose(organization: string): void;
  /** Starts a gateway of the organisation. */
  start(organization: string): Promise<GatewayServices>;
  configOf(organization: string): ServiceConfig;
  stop(): Promise<void>;
}

/** Gateways of several organisations over one ledger in memory. */
export async function startMemoryGateways(
  organizations: string[],
  configure: (organization: string) => Partial<Pick<ServiceConfig, 'readModel' | 'queueOperationsMax'>> = () => ({}),
): Promise<MemoryGateways> {
  const folder = mkdtempSync(join(tmpdir(), 'tangram-gateways-'));
  const fabric = new MemoryFabric();
  const running = new Map<string, GatewayServices>();
  const lost: GatewayServices[] = [];
  const problems: string[] = [];
  const configs = new Map(
    organizations.map((organization) => [
      organization,
      { ...writeConfig(folder, organization), ...configure(organization) },
    ]),
  );

  const gateways: MemoryGateways = {
    fabric,
    problems,
    of: (organization) => running.get(organization) as GatewayServices,
    configOf: (organization) => configs.get(organization) as ServiceConfig,
    lose: (organization) => {
      lost.push(gateways.of(organization));
      running.delete(organization);
      const config = gateways.configOf(organization);
      const file = join(folder, organization, `read-model-${lost.length}.sqlite`);
      configs.set(organization, { ...config, readModel: { kind: 'sqlite', file } });
    },
    start: async (organization) => {
      const config = gateways.configOf(organization);
      const services = await assembleServices(config, {
        client: fabric.clientOf(mspIdOf(organization)),
        clock: { now: () => fabric.milliseconds, controlled: true },
        report: (message, error) => problems.push(`${organization}: ${message} ${JSON.stringify(error)}`),
      });
      running.set(organization, services);
      await services.start();
      return services;
    },
    stop: async () => {
      await Promise.all([...running.values(), ...lost].map((services) => services.stop()));
      rmSync(folder, { recursive: true, force: true });
    },
  };
  for (const organization of organizations) await gateways.start(organization);
  return gateways;
}

function writeConfig(folder: string, organization: string): ServiceConfig {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const encryptionKeyFile = join(folder, `${organization}-encryption-key.pem`);
  const digestKeyFile = join(folder, `${organization}-digest.key`);
  writeFileSync(encryptionKeyFile, privateKey.export({ type: 'pkcs8', format: 'pem' }));
  writeFileSync(digestKeyFile, randomBytes(32).toString('hex'));
  return {
    organization,
    mspId: mspIdOf(organization),
    peers: [],
    identity: { certFile: '', keyFile: '' },
    encryptionKeyFile,
    subjectKeysFolder: join(folder, `${organization}-subject-keys`),
    digestKeyFile,
    channel: 'finance',
    readModel: { kind: 'sqlite', file: join(folder, organization, 'read-model.sqlite') },
    banks: [...FOUNDING_BANKS],
  };
}

/** Resolves when the condition holds; throws after ten seconds, naming it. */
export async function eventually(name: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`never: ${name}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
