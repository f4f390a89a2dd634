import { join } from 'node:path';
import {
  gatewayUrlOf,
  instanceName,
  peerAddress,
  type ResolvedNetwork,
  type ResolvedOrganization,
} from '../config/resolve.ts';
import { bankNames, channels } from '../config/topology.ts';
import { organizationPaths } from '../identity/layout.ts';

/** Where a gateway keeps its read model. */
export type ReadModelSetting = { kind: 'sqlite'; file: string } | { kind: 'postgres'; url: string };

interface Places {
  organizationsFolder: string;
  /** The gateway's own folder: configuration and read model. */
  folder: string;
  clockFile?: string;
  issuerUrl: string;
  /** Which of the organisation's gateways; the first one unless said. */
  index?: number;
  /** SQLite in the gateway's folder unless said. */
  readModel?: ReadModelSetting;
}

/** Configuration file of a gateway: its organisation's keys, its own peers first, those of others for fail-over. */
export function gatewayConfig(
  { organizations, formerBanks }: Pick<ResolvedNetwork, 'organizations' | 'formerBanks'>,
  name: string,
  { organizationsFolder, folder, clockFile, issuerUrl, index = 0, readModel }: Places,
) {
  const organization = organizations.find((each) => each.name === name);
  const gateway = organization?.gateways[index];
  if (!organization || !gateway) throw new Error(`${name} has no gateway ${index} in this network.`);
  const paths = organizationPaths(organizationsFolder, name);
  const others = organizations.filter((each) => each !== organization);
  const siblings = organization.gateways.filter((each) => each !== gateway);
  return {
    organization: name,
    mspId: organization.mspId,
    host: organization.gatewayHost,
    port: gateway.port,
    peers: [organization, ...others].flatMap((owner) =>
      owner.peers.map((peer) => ({
        mspId: owner.mspId,
        endpoint: peerAddress(owner, peer),
        tlsCaFile: join(organizationPaths(organizationsFolder, owner.name).msp, 'tlscacerts/tlsca.pem'),
      })),
    ),
    identity: {
      certFile: join(paths.gatewayMsp, 'signcerts/cert.pem'),
      keyFile: join(paths.gatewayMsp, 'keystore/key.pem'),
      caFile: join(paths.msp, 'cacerts/ca.pem'),
    },
    siblings: siblings.map((sibling) => ({ url: gatewayUrlOf(organization, sibling) })),
    encryptionKeyFile: paths.encryptionKey,
    digestKeyFile: paths.digestKey,
    channel: channels.finance,
    readModel: readModel ?? { kind: 'sqlite', file: join(folder, 'read-model.sqlite') },
    issuer: {
      jwksUrl: `${issuerUrl}/.well-known/jwks.json`,
      issuer: issuerUrl,
      audience: 'tangram',
    },
    banks: bankNames(organizations),
    formerBanks,
    bics: Object.fromEntries(organizations.flatMap((each) => (each.bic === undefined ? [] : [[each.name, each.bic]]))),
    clockFile,
    logLevel: 'warn',
    watch: { certificates: watchedCertificates(organization, organizationsFolder, clockFile === undefined) },
  };
}

/** Own certificates whose end /metrics tells beside those that peers present. The embedded network has no orderers' listeners. */
function watchedCertificates(
  { name, host, orderer, peers }: ResolvedOrganization,
  organizationsFolder: string,
  hasOrdererListener: boolean,
): { use: string; file?: string; endpoint?: string }[] {
  const paths = organizationPaths(organizationsFolder, name);
  const signer = (folder: string) => join(folder, 'signcerts/cert.pem');
  return [
    { use: 'CA', file: join(paths.msp, 'cacerts/ca.pem') },
    { use: 'chaincode TLS', file: join(paths.chaincodeTls, 'server.crt') },
    ...peers.map((peer) => ({
      use: `${instanceName('peer', peer.index)} identity`,
      file: signer(paths.peer(peer.name).msp),
    })),
    ...(orderer ? [{ use: 'orderer identity', file: signer(paths.ordererMsp) }] : []),
    ...(orderer && hasOrdererListener ? [{ use: 'orderer TLS', endpoint: `${host}:${orderer.port}` }] : []),
  ];
}
