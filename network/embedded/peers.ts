import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Organization, organizationPaths } from '../identity/layout.ts';
import type { SignatureMemory } from '../identity/msp-manager.ts';
import { loadSigner } from '../identity/signer.ts';
import { type ChaincodeConnection, createChaincodeConnection } from './chaincode/connection.ts';
import type { Peer } from './context.ts';
import type { ServerRow } from './registry.ts';

interface PeerOptions {
  organizationsDir: string;
  organization: Organization;
  address: string;
  executeTimeoutMs: number;
  signatures: SignatureMemory;
}

/** A peer whose chaincode servers can be changed. */
export interface ConfigurablePeer extends Peer {
  /** Takes the servers of all chaincodes; links to servers no longer named are closed. */
  setServers(rows: readonly ServerRow[]): void;
  /** Dials a chaincode now rather than at its first transaction. */
  connect(channelId: string, chaincode: string): Promise<void>;
  close(): void;
}

/** An organisation's peer with its own key and its own links to chaincode processes. */
export function createPeer(options: PeerOptions): ConfigurablePeer {
  const { organizationsDir, organization, address, executeTimeoutMs, signatures } = options;
  const paths = organizationPaths(organizationsDir, organization.name);
  const { mspId } = organization;
  const signer = loadSigner(mspId, paths.peerMsp);
  /** By package and address: channels share a process, as they share a package installed on a peer. */
  let connections = new Map<string, ChaincodeConnection>();
  let byChaincode = new Map<string, ChaincodeConnection>();

  function tlsMaterial() {
    return {
      rootCert: readFileSync(join(paths.msp, 'tlscacerts/tlsca.pem')),
      clientCert: readFileSync(join(paths.peerTls, 'server.crt')),
      clientKey: readFileSync(join(paths.peerTls, 'server.key')),
    };
  }

  return {
    organization,
    mspId,
    address,
    signer: {
      ...signer,
      sign(message) {
        const signature = signer.sign(message);
        signatures.remember(signer.serialized, message, signature);
        return signature;
      },
    },
    connectionOf: (channelId, chaincode) => byChaincode.get(`${channelId}/${chaincode}`),
    setServers(rows) {
      const previous = connections;
      connections = new Map();
      byChaincode = new Map();
      for (const row of rows) {
        if (row.mspId !== mspId) continue;
        const key = `${row.packageId} ${row.address} ${row.isTls}`;
        const server = { packageId: row.packageId, address: row.address, ...(row.isTls ? { tls: tlsMaterial() } : {}) };
        const connection =
          connections.get(key) ?? previous.get(key) ?? createChaincodeConnection(server, executeTimeoutMs);
        connections.set(key, connection);
        byChaincode.set(`${row.channel}/${row.chaincode}`, connection);
      }
      for (const [key, connection] of previous) if (!connections.has(key)) connection.close();
    },
    async connect(channelId, chaincode) {
      await byChaincode.get(`${channelId}/${chaincode}`)?.connect();
    },
    close() {
      for (const connection of connections.values()) connection.close();
    },
  };
}
