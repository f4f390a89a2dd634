import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findNetworkFile, readNetworkFile } from '@tangram/network/config/network-file.ts';
import { resolve } from '@tangram/network/config/resolve.ts';
import { demandValid } from '@tangram/network/config/validate.ts';
import { createNativeNetwork } from '@tangram/network/drivers/native.ts';
import { obtainBinaries } from '@tangram/network/native/release.ts';
import { createRestClient } from '@tangram/network/walkthrough/rest-client.ts';
import { findPortBase } from '../end-to-end/running-network.ts';
import { type Fault, postgresBank } from './faults.ts';
import { findPostgres, type Postgres, startPostgres } from './postgres.ts';
import { type FaultsReport, runFaults } from './run-faults.ts';

/** Beyond every port of a network with up to four instances of everything. */
const postgresPort = 950;

export interface StageOptions {
  /** Name or file of the network. */
  network: string;
  faults: Fault[];
  /** How long what is stopped keeps silent and what is lost stays away. */
  seconds: number;
  perSecond: number;
  portBase: number | undefined;
  say(text: string): void;
}

export interface Stage {
  run(): Promise<FaultsReport & { network: string; skipped: string[] }>;
  /** Stops everything; keeps the run folder when the run was not good, for its logs. */
  close(): Promise<void>;
}

/** Starts a network of its own, and PostgreSQL for one bank's read model where there is one. */
export async function openStage(options: StageOptions): Promise<Stage> {
  const { say } = options;
  const file = findNetworkFile(options.network);
  const portBase = options.portBase ?? (await findPortBase(file));
  const resolved = resolve(readNetworkFile(file), { gateway: portBase, network: portBase });
  demandValid(resolved);
  // What lacks is said before anything is begun.
  await obtainBinaries();
  const folder = mkdtempSync(join(tmpdir(), 'tangram-faults-'));
  // PostgreSQL runs as another user, who must reach its folder in here.
  chmodSync(folder, 0o711);
  const dataFolder = join(folder, 'network');
  const isWanted = options.faults.some(({ needsPostgres }) => needsPostgres);
  const postgres = isWanted ? await openPostgres({ folder, port: portBase + postgresPort, say }) : undefined;
  const network = createNativeNetwork({
    dataFolder,
    network: resolved,
    readModel: (instance) => {
      const isTheirs = instance === postgresBank || instance.startsWith(`${postgresBank}.`);
      return postgres && isTheirs ? { kind: 'postgres', url: postgres.database(instance) } : undefined;
    },
  });
  const twofold = new Set(
    resolved.organizations.flatMap(({ name, peers, gateways }) =>
      peers.length > 1 && gateways.length > 1 ? [name] : [],
    ),
  );
  let isGood = false;

  async function close(): Promise<void> {
    await network.stop();
    await postgres?.stop();
    if (isGood) rmSync(folder, { recursive: true, force: true });
    else say(`Logs and ledgers are kept in ${folder}.`);
  }

  async function run(): ReturnType<Stage['run']> {
    const faults = options.faults.filter(({ needsPostgres }) => !needsPostgres || postgres);
    const skipped = options.faults
      .filter((fault) => !faults.includes(fault))
      .map(({ name }) => `${name}: PostgreSQL is not installed (initdb, postgres and psql on PATH)`);
    const report = await runFaults(
      { network, rest: createRestClient(network), dataFolder, portBase, stop: close },
      {
        scene: { network, postgres, pausedMilliseconds: options.seconds * 1000 },
        faults,
        perSecond: options.perSecond,
        twofold,
        say,
      },
    );
    isGood = report.problems.length === 0;
    return { ...report, network: resolved.name, skipped };
  }

  try {
    for (const stage of network.stages()) {
      const startedAt = performance.now();
      await stage.run();
      say(`${stage.title} (${((performance.now() - startedAt) / 1000).toFixed(1)} s)`);
    }
  } catch (error) {
    await close();
    throw error;
  }
  return { run, close };
}

async function openPostgres(options: {
  folder: string;
  port: number;
  say(text: string): void;
}): Promise<Postgres | undefined> {
  const { folder, port, say } = options;
  const programs = findPostgres();
  if (programs === undefined) return undefined;
  const startedAt = performance.now();
  const postgres = await startPostgres({
    ...{ programs, port },
    folder: join(folder, 'postgres'),
    logFolder: join(folder, 'logs'),
  });
  say(`PostgreSQL for ${postgresBank} (${((performance.now() - startedAt) / 1000).toFixed(1)} s)`);
  return postgres;
}
