import { join } from 'node:path';
import {
  banks,
  bics,
  channels,
  mspIdOf,
  type OrganizationName,
  organizationNames,
  type Ports,
} from '../config/topology.ts';
import { organizationPaths } from '../identity/layout.ts';

/** The ports that services of any driver need. */
export type ServicePorts = Pick<Ports, 'gateways' | 'peers' | 'issuer' | 'chaincode'>;

interface Places {
  organizationsFolder: string;
  /** The gateway's own folder: configuration and read model. */
  folder: string;
  clockFile?: string;
  ports: ServicePorts;
  issuerUrl: string;
}

/** Configuration file of one organisation's gateway: its own keys, its own peer first, the others for fail-over. */
export function gatewayConfig(
  organization: OrganizationName,
  { organizationsFolder, folder, clockFile, ports, issuerUrl }: Places,
) {
  const paths = organizationPaths(organizationsFolder, organization);
  const others = organizationNames.filter((name) => name !== organization);
  return {
    organization,
    mspId: mspIdOf(organization),
    host: '127.0.0.1',
    port: ports.gateways[organization],
    peers: [organization, ...others].map((name) => ({
      mspId: mspIdOf(name),
      endpoint: `127.0.0.1:${ports.peers[name]}`,
      tlsCaFile: join(organizationPaths(organizationsFolder, name).msp, 'tlscacerts/tlsca.pem'),
    })),
    identity: {
      certFile: join(paths.gatewayMsp, 'signcerts/cert.pem'),
      keyFile: join(paths.gatewayMsp, 'keystore/key.pem'),
    },
    encryptionKeyFile: paths.encryptionKey,
    digestKeyFile: paths.digestKey,
    channel: channels.finance,
    readModel: { kind: 'sqlite', file: join(folder, 'read-model.sqlite') },
    issuer: {
      jwksUrl: `${issuerUrl}/.well-known/jwks.json`,
      issuer: issuerUrl,
      audience: 'tangram',
    },
    banks,
    bics,
    clockFile,
    logLevel: 'warn',
  };
}
