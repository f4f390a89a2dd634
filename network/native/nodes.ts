import { connect } from 'node:net';
import {
  instanceName,
  onThisMachine,
  type ResolvedNetwork,
  type ResolvedOrganization,
  type ResolvedPeer,
} from '../config/resolve.ts';
import type { Supervisor } from '../drivers/supervisor.ts';
import { untilAnswered } from '../drivers/until-answered.ts';
import type { Binaries } from './binaries.ts';
import { channelsOf } from './channels.ts';
import type { NativeFolders } from './folders.ts';
import { own, perPeer, withMembers } from './members.ts';

/**
 * A leader that is back before the others have missed it is followed again, but what it had begun is lost with it: then
 * nothing is ordered until requests run out of patience, 8 s as measured. Staying away until they have chosen another
 * one costs a heartbeat's time.
 */
const afterViewChangeMilliseconds = 1_000;

/** Ten years. */
const anyTime = '87600h';

interface NodesOptions {
  network: ResolvedNetwork;
  folders: NativeFolders;
  supervisor: Supervisor;
  /** Peers take proposals of any time: our own processes' clock is moved. */
  isClockMoved?: boolean;
}

/** The orderers and peers as supervised processes of this machine. */
export function createNodes({ network, folders, supervisor, isClockMoved }: NodesOptions) {
  // Members come and go while the network runs.
  const present = () => onThisMachine(network).organizations;
  const orderers = () => present().filter(({ orderer }) => orderer !== undefined);

  function startOrderer({ name, host, orderer }: ResolvedOrganization, binaries: Binaries): Promise<void> {
    return supervisor.start({
      name: `orderer-${name}`,
      file: binaries.orderer,
      args: [],
      env: {
        FABRIC_CFG_PATH: folders.orderer(name),
        FABRIC_LOGGING_SPEC: process.env.FABRIC_LOGGING_SPEC ?? 'warning',
      },
      isReady: () => accepts(host, orderer?.adminPort ?? 0),
      restartMilliseconds: network.ordering.leaderHeartbeatSeconds * 1000 + afterViewChangeMilliseconds,
    });
  }

  function startPeer({ name, host }: ResolvedOrganization, peer: ResolvedPeer, binaries: Binaries): Promise<void> {
    return supervisor.start({
      name: `peer-${instanceName(name, peer.index)}`,
      file: binaries.peer,
      args: ['node', 'start'],
      env: {
        FABRIC_CFG_PATH: folders.peer(name, peer.index),
        FABRIC_LOGGING_SPEC: process.env.FABRIC_LOGGING_SPEC ?? 'warning',
        CHAINCODE_CONNECTIONS: folders.connections(name, peer.index),
        ...(isClockMoved && { CORE_PEER_AUTHENTICATION_TIMEWINDOW: anyTime }),
      },
      isReady: () => accepts(host, peer.port),
    });
  }

  /** Starts every node; resolves when all accept connections. */
  async function start(binaries: Binaries): Promise<void> {
    await Promise.all(present().map((organization) => startMember(organization, binaries)));
  }

  /** Starts one organisation's orderer and peers. */
  async function startMember(organization: ResolvedOrganization, binaries: Binaries): Promise<void> {
    await Promise.all([
      organization.orderer && startOrderer(organization, binaries),
      ...organization.peers.map((peer) => startPeer(organization, peer, binaries)),
    ]);
  }

  /** Every orderer and peer as the supervisor knows it. */
  function childNames(): string[] {
    return [
      ...orderers().map(({ name }) => `orderer-${name}`),
      ...present().flatMap(({ name, peers }) => peers.map(({ index }) => `peer-${instanceName(name, index)}`)),
    ];
  }

  /** Resolves when every peer serves all its channels. */
  const answering = () =>
    untilAnswered('The network', () =>
      withMembers(network, folders.organizations, async (members) => {
        for (const member of perPeer(own(members))) {
          const joined = await channelsOf(member);
          const missing = network.channels.filter((channel) => !joined.includes(channel));
          if (missing.length > 0) throw new Error(`${member.peerName} is not in ${missing.join(', ')}.`);
        }
      }),
    );

  return { start, startMember, childNames, answering };
}

/** Whether somebody listens on a port. */
function accepts(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, host, () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}
