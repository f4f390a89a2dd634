import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ResolvedNetwork, ResolvedOrganization } from '../config/resolve.ts';
import type { Stage } from '../drivers/network.ts';
import { untilGatewaysReady } from '../drivers/until-answered.ts';
import { childNames, haltChildren, relaunchChildren, restartChildren } from '../keeper-control.ts';
import { joinChannel } from '../native/channels.ts';
import { nativeFolders } from '../native/folders.ts';
import type { Member } from '../native/members.ts';
import { writeNodeConfigs } from '../native/node-config.ts';
import { heightOf } from '../native/state.ts';
import { type BackupKey, decryptFile } from './backup-key.ts';
import { type Manifest, storedFile, verifyBackup } from './backup-manifest.ts';
import { bankFiles, bankProcesses, withOthers } from './bank-files.ts';
import { createFolderCopy } from './copy-folder.ts';
import { ordererHealth } from './orderer-health.ts';
import { missingOn, type PrivateWrite, privateWritesSince } from './private-loss.ts';
import { placeReadModel, readModelOf } from './read-model-copy.ts';
import { catchUp, demandSameBank, demandSameChain } from './restore-checks.ts';
import { withStaging } from './staging.ts';

export interface RestoreOptions {
  network: ResolvedNetwork;
  dataFolder: string;
  organization: ResolvedOrganization;
  from: string;
  passphrase: string;
  /** Give up what is still there of the organisation. */
  replace: boolean;
  /** Start the orderer with the saved ledger and write-ahead log, instead of empty. */
  savedOrderer: boolean;
}

/** What a restore came to. */
export interface RestoreReport {
  organization: string;
  takenAt: string;
  startedAt: string;
  /** What the ledger gained after the backup, by channel; all of it came back from the orderers. */
  blocksSince: Record<string, number>;
  privateWrites: { since: number; keys: number; lost: PrivateWrite[]; lastAt?: string };
  /** Since the restore began; no `orderer` where there is none or where it still waits for the next block. */
  milliseconds: { files?: number; peers?: number; gateways?: number; orderer?: number };
}

/** The steps of a restore beside a running network, and what it came to. Nothing is written before all was verified. */
export function createRestore(options: RestoreOptions): { stages: Stage[]; report(): RestoreReport } {
  const { network, dataFolder, organization, from } = options;
  const { name } = organization;
  const files = bankFiles(network, organization);
  const folders = nativeFolders(dataFolder);
  const staging = join(dataFolder, `restore-${name}.partial`);
  const started = performance.now();
  const startedAt = new Date().toISOString();
  const milliseconds: RestoreReport['milliseconds'] = {};
  const done = (what: keyof typeof milliseconds) => {
    milliseconds[what] = Math.round(performance.now() - started);
  };
  const blocksSince: Record<string, number> = {};
  let writes: PrivateWrite[] = [];
  let lost: PrivateWrite[] = [];
  let isLevel = false;
  let manifest: Manifest;
  let key: BackupKey;
  let processes: ReturnType<typeof bankProcesses>;
  let atStart: Record<string, number>;
  const asBank = (organizationsFolder: string, work: (others: Member[], own: Member[]) => Promise<void>) =>
    withOthers(network, { name, organizationsFolder }, work);

  async function verify(): Promise<void> {
    ({ manifest, key } = await verifyBackup(from, options.passphrase));
    demandSameBank(manifest, options);
    processes = bankProcesses(await childNames(dataFolder), name);
    const present = files.own.filter((path) => isFilled(join(dataFolder, path)));
    if (present.length > 0 && !options.replace) {
      throw new Error(`${present.join(', ')} still hold files of ${name}. Move them away, or give them up: --replace`);
    }
  }

  async function decrypt(): Promise<void> {
    rmSync(staging, { recursive: true, force: true });
    mkdirSync(staging, { mode: 0o700 });
    const isWanted = (path: string) =>
      options.savedOrderer || !files.ordererData.some((folder) => path.startsWith(`${folder}/`));
    for (const { path, mode } of manifest.files.filter((file) => isWanted(file.path))) {
      await decryptFile(key, { from: storedFile(from, path), to: join(staging, path), path }, mode);
    }
    // Before anything is touched: is this the chain that the others are on, and do they still order?
    await asBank(join(staging, 'organizations'), async (others) => {
      for (const tip of manifest.peer.tips) await demandSameChain(others, tip);
      const health = ordererHealth(network, join(staging, 'organizations'), others);
      if (organization.orderer) await health.demandQuorum(name);
      atStart = await health.heights();
    });
  }

  async function place(): Promise<void> {
    const { peers, orderer, chaincodes, gateways } = processes;
    await haltChildren(dataFolder, [...gateways, ...peers, ...orderer, ...chaincodes]);
    const saved = files.peerData(manifest.peerIndex);
    for (const { index } of organization.peers) {
      if (index !== manifest.peerIndex) {
        createFolderCopy(join(staging, saved), join(staging, files.peerData(index))).cold();
      }
    }
    for (const path of files.own) {
      rmSync(join(dataFolder, path), { recursive: true, force: true });
      move(join(staging, path), join(dataFolder, path));
    }
    for (const path of files.shared) {
      if (!existsSync(join(dataFolder, path))) move(join(staging, path), join(dataFolder, path));
    }
    writeNodeConfigs(network, folders);
    for (const { gateway, path } of manifest.readModels) {
      const model = readModelOf(join(dataFolder, files.gatewayConfig(gateway)));
      // A file is in its place already; a database server is filled from its dump.
      if (model.kind === 'postgres') await placeReadModel(model, join(dataFolder, path));
    }
    rmSync(staging, { recursive: true, force: true });
    done('files');
  }

  async function startPeers(): Promise<void> {
    await relaunchChildren(dataFolder, [...processes.chaincodes, ...processes.peers]);
    await asBank(folders.organizations, async (others, own) => {
      for (const channel of network.channels) await Promise.all(own.map((each) => catchUp(each, others, channel)));
    });
    done('peers');
  }

  async function startGateways(): Promise<void> {
    await relaunchChildren(dataFolder, processes.gateways);
    await untilGatewaysReady(organization);
    done('gateways');
  }

  async function startOrderer(): Promise<void> {
    const { channels } = network;
    await asBank(folders.organizations, async (others, [own]) => {
      const health = ordererHealth(network, folders.organizations, others);
      await health.untilDecided({ had: atStart, started });
      await relaunchChildren(dataFolder, processes.orderer);
      for (const channel of channels) await joinChannel(own ? [own] : [], channel, folders);
      isLevel = await health.untilCaughtUp(name, atStart, () => restartChildren(dataFolder, processes.orderer));
    });
    if (isLevel) done('orderer');
  }

  async function account(): Promise<void> {
    await asBank(folders.organizations, async (others, own) => {
      const asked = others[0] as Member;
      for (const { channel, height } of manifest.peer.tips) {
        const to = Math.min(await heightOf(asked, channel), await heightOf(own[0] as Member, channel));
        const since = await privateWritesSince(asked, { channel, from: height, to, mspId: organization.mspId });
        blocksSince[channel] = since.blocks;
        writes = [...writes, ...since.privateWrites];
      }
      lost = await missingOn(own[0] as Member, writes);
    });
  }

  const stages: Stage[] = [
    { title: `Passphrase, manifest and every file of ${from}`, run: verify },
    { title: 'Decryption, and the same chain as the others', run: decrypt },
    { title: 'Keys, settings, ledger, private data and read models in their places', run: place },
    { title: 'Peer catches up with the orderers', run: startPeers },
    // First the orderer: where another one is missing too, nothing is ordered without it, and no gateway gets ready.
    ...(organization.orderer ? [{ title: 'Orderer catches up with the others', run: startOrderer }] : []),
    { title: 'Gateway open for business', run: startGateways },
    { title: 'What was lost', run: account },
  ];
  return {
    // Nothing stays there in the clear, however a step ends.
    stages: withStaging(stages, [staging]),
    report: () => ({
      organization: name,
      takenAt: manifest.takenAt,
      startedAt,
      blocksSince,
      privateWrites: {
        since: writes.length,
        keys: writes.reduce((sum, { keys }) => sum + keys, 0),
        lost,
        ...(writes.length > 0 && { lastAt: writes.at(-1)?.time }),
      },
      milliseconds,
    }),
  };
}

const isFilled = (folder: string) => existsSync(folder) && readdirSync(folder).length > 0;

function move(from: string, to: string): void {
  if (!existsSync(from)) return;
  mkdirSync(dirname(to), { recursive: true });
  renameSync(from, to);
}
