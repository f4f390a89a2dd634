import type { common } from '@hyperledger/fabric-protos';
import type { Organization } from '../identity/layout.ts';
import type { Signer } from '../identity/signer.ts';
import type { ChaincodeConnection } from './chaincode/connection.ts';
import type { Clock } from './clock.ts';
import type { Faults } from './faults.ts';
import type { ChannelLedger, CommitResult, MspManager } from './ledger/types.ts';
import type { Orderer } from './orderer/orderer.ts';

/** A channel as every node of this process sees it. */
export interface Channel {
  id: string;
  mspManager: MspManager;
  ledger: ChannelLedger;
  orderer: Orderer;
  /** A committed block, not to be changed: the newest ones are shared by all who stream them. */
  readBlock(number: number): common.Block | undefined;
  /** Calls the listener after each durable commit; returns how to stop. */
  onCommit(listener: (result: CommitResult) => void): () => void;
  /** Tells listeners that blocks were taken back by a revert. */
  onRevert(listener: () => void): () => void;
}

/** An organisation's peer. */
export interface Peer {
  organization: Organization;
  mspId: string;
  /** host:port of its gRPC endpoint, as shown in error details. */
  address: string;
  signer: Signer;
  /** The link to its own process of a chaincode; undefined where the organisation has none. */
  connectionOf(channelId: string, chaincode: string): ChaincodeConnection | undefined;
}

/** What all services of the process share. */
export interface Network {
  clock: Clock;
  faults: Faults;
  /** By channel id. */
  channels: Map<string, Channel>;
  /** By MSP id, in the order of the organisations. */
  peers: Map<string, Peer>;
}

const systemChaincodes = new Set(['qscc', 'cscc', 'lscc', '_lifecycle']);

export function isSystemChaincode(name: string): boolean {
  return systemChaincodes.has(name);
}

/** Peers of the channel that can endorse the chaincode, in the order of the organisations. */
export function peersWithChaincode(network: Network, channelId: string, chaincode: string): Peer[] {
  const channel = network.channels.get(channelId);
  if (!channel) return [];
  return [...network.peers.values()].filter(
    (peer) =>
      channel.ledger.organizations.includes(peer.mspId) &&
      (isSystemChaincode(chaincode) || peer.connectionOf(channelId, chaincode) !== undefined),
  );
}
