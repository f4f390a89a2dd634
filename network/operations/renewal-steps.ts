import { X509Certificate } from 'node:crypto';
import { msp } from '@hyperledger/fabric-protos';
import { instanceName, type ResolvedNetwork } from '../config/resolve.ts';
import { chaincodeSlotPorts } from '../config/topology.ts';
import { untilAnswered, untilGatewaysReady } from '../drivers/until-answered.ts';
import { organizationPaths } from '../identity/layout.ts';
import { loadSigner } from '../identity/signer.ts';
import { childNames, restartChildren } from '../keeper-control.ts';
import { presentedCertificate } from '../native/certificate-status.ts';
import { channelsOf } from '../native/channels.ts';
import type { NativeFolders } from '../native/folders.ts';
import { type Member, perPeer } from '../native/members.ts';
import { renewConnections } from '../native/renew-connections.ts';
import { heightOf } from '../native/state.ts';
import type { OrdererHealth } from './orderer-health.ts';
import type { PeerHealth } from './peer-health.ts';
import { renewalFolder } from './renewal-folder.ts';
import { certificateOf, type RenewalUnit } from './renewal-units.ts';

export interface StepPlace {
  network: ResolvedNetwork;
  folders: NativeFolders;
  /** Run folder whose keeper holds the processes. */
  dataFolder: string;
  members: readonly Member[];
  health: { orderers: OrdererHealth; peers: PeerHealth };
}

/** What renewing one kind of unit takes, beside putting the files in their places. */
interface Step {
  /** Refuses when now is no time to restart. */
  before(): Promise<void>;
  /** Has the processes read the files that lie there now. */
  restart(): Promise<void>;
  /** Resolves when they serve with these files. */
  back(): Promise<void>;
}

/**
 * Renews one unit: looks whether the others are well, puts the certified files in place, restarts what reads them and
 * waits until it serves with them. When it does not come back, the former files do.
 */
export async function renewUnit(unit: RenewalUnit, place: StepPlace): Promise<void> {
  const folders = unit.credentials.map((each) => renewalFolder(each, place.folders.organizations));
  const step = stepOf(unit, place);
  await step.before();
  for (const folder of folders) folder.install();
  try {
    await step.restart();
    await step.back();
  } catch (error) {
    for (const folder of folders) folder.undo();
    await step.restart().catch(() => {});
    throw new Error(
      `${unit.id} does not serve with its new certificates, so the former ones are back: ${(error as Error).message}`,
      {
        cause: error,
      },
    );
  }
  for (const folder of folders) folder.finish();
}

function stepOf(unit: RenewalUnit, place: StepPlace): Step {
  if (unit.kind === 'gateway') return gatewayStep(unit, place);
  if (unit.kind === 'administrator') return administratorStep(unit, place);
  if (unit.kind === 'chaincode') return chaincodeStep(unit, place);
  return unit.kind === 'peer' ? peerStep(unit, place) : ordererStep(unit, place);
}

/** A bank's gateways share their certificates; one is restarted when the one before serves again. */
function gatewayStep({ organization }: RenewalUnit, place: StepPlace): Step {
  return {
    before: () => untilGatewaysReady(organization),
    restart: async () => {
      for (const { index } of organization.gateways) {
        await restartChildren(place.dataFolder, [`gateway-${instanceName(organization.name, index)}`]);
        await untilGatewaysReady(organization);
      }
    },
    back: async () => {},
  };
}

/** Nothing runs with an administrator's certificate: it is enough that a peer accepts it. */
function administratorStep({ organization }: RenewalUnit, { members, folders }: StepPlace): Step {
  const { name, mspId } = organization;
  return {
    before: async () => {},
    restart: async () => {},
    back: async () => {
      const admin = loadSigner(mspId, organizationPaths(folders.organizations, name).adminMsp);
      for (const member of members.filter((each) => each.organization.name === name)) {
        await channelsOf({ ...member, admin });
      }
    },
  };
}

function chaincodeStep({ organization, credentials }: RenewalUnit, place: StepPlace): Step {
  const { name, host, peers } = organization;
  const { folders, dataFolder, network } = place;
  return {
    before: () => untilGatewaysReady(organization),
    restart: async () => {
      renewConnections(organization, folders);
      const known = await childNames(dataFolder);
      for (const { index, chaincode } of peers) {
        const instance = `chaincode-${instanceName(name, index)}`;
        // The second half of the ports belongs to every other version.
        const [child = instance] = known.filter((each) => each === instance || each === `${instance}-1`);
        await restartChildren(dataFolder, [child]);
        const slot = child === instance ? 0 : 1;
        for (const port of Object.values(chaincode)) {
          const shown = await presentedCertificate(`${host}:${port + slot * chaincodeSlotPorts}`);
          demandSame(shown, certificateOf(credentials[0]!), child);
        }
        await untilAnswered(child, () => peerReachesChaincode(instanceName(name, index), place));
        await untilGatewaysReady(organization);
      }
    },
    back: async () => {},
  };

  async function peerReachesChaincode(peerName: string, { members }: StepPlace): Promise<void> {
    for (const { peer, admin } of perPeer(members).filter((each) => each.peerName === peerName)) {
      for (const { name: chaincode, channel } of network.chaincodes) {
        await peer.query(admin, { chaincode, channel, args: ['lane:getHead'] });
      }
    }
  }
}

function peerStep({ organization, peer, credentials, id }: RenewalUnit, place: StepPlace): Step {
  const { dataFolder, members, health, network } = place;
  const { name, host } = organization;
  const peerName = instanceName(name, peer?.index);
  const own = perPeer(members).filter((each) => each.peerName === peerName);
  const [identity, tls] = ['identity', 'tls'].map((kind) => credentials.find((each) => each.kind === kind)!);
  return {
    before: () => health.peers.demandOthers(peerName),
    restart: () => restartChildren(dataFolder, [id]),
    back: async () => {
      const heights = await health.peers.heights();
      await untilAnswered(`The peer of ${peerName}`, async () => {
        demandSame(await presentedCertificate(`${host}:${peer?.port}`), certificateOf(tls!), id);
        for (const member of own) {
          demandSame(await signerOf(member, network.channels[0] ?? ''), certificateOf(identity!), id);
          for (const channel of network.channels) {
            const height = await heightOf(member, channel);
            if (height < (heights.get(channel) ?? 0)) throw new Error(`It still fetches blocks of ${channel}.`);
          }
        }
      });
      await untilGatewaysReady(organization);
    },
  };
}

function ordererStep({ organization, credentials, id }: RenewalUnit, place: StepPlace): Step {
  const { dataFolder, health } = place;
  const { name, host, orderer } = organization;
  const tls = credentials.find(({ kind }) => kind === 'tls')!;
  return {
    before: () => health.orderers.demandOthers(name),
    restart: () => restartChildren(dataFolder, [id]),
    back: async () => {
      demandSame(await presentedCertificate(`${host}:${orderer?.port}`), certificateOf(tls), id);
      await health.orderers.untilVoting(name);
    },
  };
}

/** The certificate with which a peer signs its answers now. */
async function signerOf({ peer, admin }: Member, channel: string): Promise<X509Certificate> {
  const identity = msp.SerializedIdentity.deserializeBinary(await peer.endorser(admin, channel));
  return new X509Certificate(Buffer.from(identity.getIdBytes_asU8()));
}

function demandSame(shown: X509Certificate, wanted: X509Certificate, who: string): void {
  if (shown.fingerprint256 !== wanted.fingerprint256) throw new Error(`${who} still shows its former certificate.`);
}
