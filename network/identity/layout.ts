import { join } from 'node:path';

/** A member of the network: its folder name, its MSP id, and whether it runs an orderer. */
export interface Organization {
  name: string;
  mspId: string;
  orderer: boolean;
  /** Number of its peers; 1 unless said. */
  peers?: number;
  /** Address or name by which others reach its nodes; their TLS certificates carry it. */
  host?: string;
  /** The fabric-ca that certifies its keys; without one the organisation gets CAs of its own, for development. */
  ca?: CaSettings;
}

/** A fabric-ca server and the account there that registers identities. */
export interface CaSettings {
  url: string;
  /** What certifies the server's own TLS certificate. */
  tlsCaFile: string;
  /** Holds `id:secret` of the registrar, readable by this user alone. */
  registrarFile: string;
  /** Name of the CA of identities where the server has several; its default one unless said. */
  name?: string;
  /** Name of the CA of TLS certificates; the same as that of identities unless said. */
  tlsName?: string;
}

/** Paths of one organisation's material inside the organisations folder, in Fabric's ordinary layout. */
export function organizationPaths(organizationsDir: string, name: string) {
  const root = join(organizationsDir, name);
  const peer = (peerName: string) => ({
    msp: join(root, 'peers', peerName, 'msp'),
    tls: join(root, 'peers', peerName, 'tls'),
  });
  return {
    root,
    msp: join(root, 'msp'),
    ca: join(root, 'ca'),
    peer,
    /** Of the first peer, which every organisation has. */
    peerMsp: peer('peer0').msp,
    peerTls: peer('peer0').tls,
    ordererMsp: join(root, 'orderers/orderer0/msp'),
    ordererTls: join(root, 'orderers/orderer0/tls'),
    adminMsp: join(root, 'users/Admin/msp'),
    gatewayMsp: join(root, 'users/gateway/msp'),
    gatewayTls: join(root, 'users/gateway/tls'),
    chaincodeTls: join(root, 'chaincode/tls'),
    encryptionKey: join(root, 'gateway/encryption-key.pem'),
    digestKey: join(root, 'gateway/digest.key'),
  };
}

/** config.yaml of an MSP folder: node OUs are on, as in every production network. */
export const nodeOusConfig = `NodeOUs:
  Enable: true
${['Client', 'Peer', 'Admin', 'Orderer']
  .map(
    (role) => `  ${role}OUIdentifier:
    Certificate: cacerts/ca.pem
    OrganizationalUnitIdentifier: ${role.toLowerCase()}
`,
  )
  .join('')}`;
