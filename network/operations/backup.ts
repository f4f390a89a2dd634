import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { instanceName, type ResolvedNetwork, type ResolvedOrganization } from '../config/resolve.ts';
import { digestChaincode } from '../drivers/chaincode-package.ts';
import type { Stage } from '../drivers/network.ts';
import { holderOf } from '../drivers/run-folder.ts';
import { untilAnswered } from '../drivers/until-answered.ts';
import { restartChildren } from '../keeper-control.ts';
import { fabricVersion } from '../native/binaries.ts';
import { channelsOf } from '../native/channels.ts';
import { nativeFolders } from '../native/folders.ts';
import { perPeer, withMembers } from '../native/members.ts';
import { deriveKey, encryptFile } from './backup-key.ts';
import { type BackedUpFile, type BackedUpNode, type Manifest, storedFile, writeManifest } from './backup-manifest.ts';
import { bankFiles, blockFolder, withOthers } from './bank-files.ts';
import { lastStoredBlock } from './block-store.ts';
import { createFolderCopy, filesIn } from './copy-folder.ts';
import { type OrdererHealth, ordererHealth } from './orderer-health.ts';
import { copyName, readModelOf, saveReadModel } from './read-model-copy.ts';
import { withStaging } from './staging.ts';

export interface BackupOptions {
  network: ResolvedNetwork;
  /** Text of the network file, kept in the manifest. */
  networkFile: string;
  dataFolder: string;
  organization: ResolvedOrganization;
  /** Folder of the backup: new, or empty. */
  to: string;
  passphrase: string;
  /** Also the orderer's ledger and write-ahead log, for the loss of more orderers than BFT bears. */
  withOrderer: boolean;
}

const chaincodeFolder = join(import.meta.dirname, '..', '..', 'chaincode');

/** The steps of a backup, and what it came to once they are done. Only the copied node stands still, and only briefly. */
export function createBackup(options: BackupOptions): { stages: Stage[]; manifest(): Manifest } {
  const { network, dataFolder, organization, to } = options;
  const { name } = organization;
  demandEmpty(to);
  const files = bankFiles(network, organization);
  // Beside the ledger: there the copy can share blocks with it, and nothing is in the clear outside the bank's own disk.
  const staging = join(dataFolder, `backup-${name}.partial`);
  const partial = `${to}.partial`;
  // The bank's customers are served by the first peer when there are more.
  const peerIndex = organization.peers.at(-1)?.index ?? 0;
  const taken: { at?: string; peer?: BackedUpNode; orderer?: BackedUpNode; manifest?: Manifest } = {};
  const readModels: Manifest['readModels'] = [];

  async function copyPeer(): Promise<void> {
    rmSync(staging, { recursive: true, force: true });
    mkdirSync(staging, { mode: 0o700 });
    const data = files.peerData(peerIndex);
    const copy = createFolderCopy(join(dataFolder, data), join(staging, data));
    copy.hot();
    const process = `peer-${instanceName(name, peerIndex)}`;
    const standstillMilliseconds = await standStill({ dataFolder, process }, () => {
      copy.cold();
      taken.at = new Date().toISOString();
      return () => peerAnswers(options, peerIndex);
    });
    const tips = tipsIn(network.channels, (channel) => blockFolder.peer(join(staging, data), channel));
    taken.peer = { process, standstillMilliseconds, tips };
  }

  async function copyOrderer(): Promise<void> {
    const copies = files.ordererData.map((path) => createFolderCopy(join(dataFolder, path), join(staging, path)));
    for (const copy of copies) copy.hot();
    const { organizations: organizationsFolder } = nativeFolders(dataFolder);
    const asBank = (work: (health: OrdererHealth) => Promise<void>) =>
      withOthers(network, { name, organizationsFolder }, (others) =>
        work(ordererHealth(network, organizationsFolder, others)),
      );
    await asBank((health) => health.demandOthers(name));
    const process = `orderer-${name}`;
    const standstillMilliseconds = await standStill({ dataFolder, process }, () => {
      for (const copy of copies) copy.cold();
      return () => asBank((health) => health.untilLevel());
    });
    const data = join(staging, files.ordererData[0] ?? '');
    const tips = tipsIn(network.channels, (channel) => blockFolder.orderer(data, channel));
    taken.orderer = { process, standstillMilliseconds, tips };
  }

  async function copyServices(): Promise<void> {
    for (const path of [...files.settings, ...files.shared]) {
      if (existsSync(join(dataFolder, path))) createFolderCopy(join(dataFolder, path), join(staging, path)).cold();
    }
    for (const gateway of files.gatewayNames) {
      const model = readModelOf(join(dataFolder, files.gatewayConfig(gateway)));
      const path = join('gateways', gateway, copyName(model));
      await saveReadModel(model, join(staging, path));
      readModels.push({ gateway, kind: model.kind, path });
    }
  }

  async function seal(): Promise<void> {
    rmSync(partial, { recursive: true, force: true });
    mkdirSync(partial, { recursive: true, mode: 0o700 });
    const key = await deriveKey(options.passphrase);
    const sealed: BackedUpFile[] = [];
    for (const from of filesIn(staging).sort()) {
      const path = relative(staging, from);
      const written = await encryptFile(key, { from, to: storedFile(partial, path), path });
      sealed.push({ path, mode: lstatSync(from).mode & 0o777, ...written });
    }
    taken.manifest = writeManifest(partial, key, {
      organization: name,
      network: network.name,
      networkFile: options.networkFile,
      runFolder: dataFolder,
      takenAt: taken.at ?? '',
      fabricVersion,
      chaincode: { version: chaincodeVersion(dataFolder), digest: digestChaincode(chaincodeFolder) },
      peerIndex,
      peer: taken.peer as BackedUpNode,
      ...(taken.orderer && { orderer: taken.orderer }),
      readModels,
      files: sealed,
    });
    rmSync(to, { recursive: true, force: true });
    renameSync(partial, to);
  }

  const stages: Stage[] = [
    { title: `Ledger and private data of peer-${instanceName(name, peerIndex)}`, run: copyPeer },
    ...(options.withOrderer ? [{ title: `Ledger and write-ahead log of orderer-${name}`, run: copyOrderer }] : []),
    { title: 'Keys, secrets, settings and read models', run: copyServices },
    { title: 'Encryption and manifest', run: seal },
  ];
  return {
    // Nothing stays in the clear, and no half of a backup, however a step ends.
    stages: withStaging(stages, [staging, partial]),
    manifest: () => taken.manifest as Manifest,
  };
}

/** Runs something while a process is down; returns how long it did not answer. Where no network runs, nothing is. */
async function standStill(
  { dataFolder, process }: { dataFolder: string; process: string },
  work: () => () => Promise<void>,
): Promise<number> {
  if (holderOf(dataFolder) === undefined) {
    work();
    return 0;
  }
  const started = performance.now();
  let answers = async () => {};
  await restartChildren(dataFolder, [process], () => {
    answers = work();
  });
  await answers();
  return Math.round(performance.now() - started);
}

/** Resolves when a peer serves every channel again. */
function peerAnswers({ network, dataFolder, organization }: BackupOptions, index: number): Promise<void> {
  const own = { ...network, organizations: [organization] };
  return untilAnswered(`The peer of ${instanceName(organization.name, index)}`, () =>
    withMembers(own, nativeFolders(dataFolder).organizations, async (members) => {
      const peer = perPeer(members)[index];
      const joined = peer ? await channelsOf(peer) : [];
      if (joined.length < network.channels.length) throw new Error('It does not serve every channel yet.');
    }),
  );
}

function tipsIn(channels: readonly string[], folder: (channel: string) => string): BackedUpNode['tips'] {
  return channels.map((channel) => {
    const { number, headerHash, commitHash } = lastStoredBlock(folder(channel));
    return { channel, height: number + 1, headerHash, commitHash };
  });
}

function chaincodeVersion(dataFolder: string): string {
  const file = join(dataFolder, 'chaincode.json');
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version : '1.0';
}

function demandEmpty(folder: string): void {
  if (existsSync(folder) && readdirSync(folder).length > 0) {
    throw new Error(`${folder} is not empty. A backup never overwrites another: name a new folder with --to.`);
  }
}
