import { X509Certificate } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import {
  identityOf,
  instanceName,
  type ResolvedNetwork,
  type ResolvedOrganization,
  type ResolvedPeer,
} from '../config/resolve.ts';
import { daysLeft } from '../config/validate-certificates.ts';
import { type Credential, credentialsOf } from '../identity/credentials.ts';
import { organizationPaths } from '../identity/layout.ts';

// Clients first and orderers last: what only asks is renewed before what others depend on.
const order = ['gateway', 'administrator', 'chaincode', 'peer', 'orderer'] as const;

export type UnitKind = (typeof order)[number];

/** What is renewed together: the certificates that one kind of process reads when it starts. */
export interface RenewalUnit {
  /** `peer-cedar`, `peer-cedar.1`: the name of its process where it is one. */
  id: string;
  kind: UnitKind;
  organization: ResolvedOrganization;
  /** The peer that is meant where the kind is `peer`. */
  peer?: ResolvedPeer;
  credentials: Credential[];
}

/** Everything that can be renewed, in the order in which it must be. */
export function renewalUnits(network: ResolvedNetwork, organizationsFolder: string): RenewalUnit[] {
  const units = network.organizations.flatMap((organization) => unitsOf(organization, organizationsFolder));
  return order.flatMap((kind) => units.filter((unit) => unit.kind === kind));
}

function unitsOf(organization: ResolvedOrganization, organizationsFolder: string): RenewalUnit[] {
  const { name, orderer, peers } = organization;
  const { root } = organizationPaths(organizationsFolder, name);
  const credentials = credentialsOf(identityOf(organization), root);
  const unit = (kind: UnitKind, ids: string[], peer?: ResolvedPeer): RenewalUnit => ({
    id: `${kind}-${instanceName(name, peer?.index)}`,
    kind,
    organization,
    ...(peer && { peer }),
    credentials: credentials.filter(({ id }) => ids.includes(id)),
  });
  return [
    unit('gateway', ['gateway', 'gateway-tls']),
    unit('administrator', ['admin']),
    unit('chaincode', ['chaincode-tls']),
    ...peers.map((peer) => unit('peer', [peer.name, `${peer.name}-tls`], peer)),
    ...(orderer ? [unit('orderer', ['orderer0', 'orderer0-tls'])] : []),
  ];
}

/** The certificate of a credential as its file holds it. Refuses a credential that has none. */
export function certificateOf({ use, organization, certificateFiles: [file] }: Credential): X509Certificate {
  if (!existsSync(file)) throw new Error(`${organization}, ${use}: there is no certificate in ${file} to renew.`);
  return new X509Certificate(readFileSync(file));
}

/** Whole days until the first certificate of a unit ends; negative when it has. */
export const unitDaysLeft = ({ credentials }: RenewalUnit): number =>
  Math.min(...credentials.map((credential) => daysLeft(certificateOf(credential))));
