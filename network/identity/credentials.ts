import { isIP } from 'node:net';
import { basename, dirname, join } from 'node:path';
import type { SubjectAltName } from './certificate.ts';
import { type Organization, organizationPaths } from './layout.ts';

type Files = [string, ...string[]];

/** One key with its certificate: who it speaks for, and the files where it lies. */
export interface Credential {
  /** Unique within the organisation: `peer0`, `peer0-tls`. */
  id: string;
  organization: string;
  mspId: string;
  /** What it is for: `peer`, `TLS of the peer`. */
  use: string;
  kind: 'identity' | 'tls';
  /** The organisational unit, which Fabric reads the role of an identity from. */
  role: 'peer' | 'admin' | 'client' | 'orderer';
  commonName: string;
  /** Names and addresses that a TLS certificate must carry. */
  subjectAltNames?: SubjectAltName[];
  certificateFiles: Files;
  keyFiles: Files;
}

interface Row extends Pick<Credential, 'id' | 'use' | 'role' | 'commonName'> {
  folder: string;
  /** Ends of a TLS connection that show it; an identity has none. */
  ends?: Files;
}

/** Name under which an organisation's processes stand in certificates. */
export const domainOf = (organization: string): string => `${organization}.tangram.example`;

export const peerNames = ({ peers = 1 }: Organization): string[] =>
  Array.from({ length: peers }, (_, index) => `peer${index}`);

/** Every key that an organisation's processes and administrators hold, below its folder `root`. */
export function credentialsOf(organization: Organization, root: string): Credential[] {
  const paths = organizationPaths(dirname(root), basename(root));
  const domain = domainOf(organization.name);
  const rows: Row[] = [
    ...peerNames(organization).flatMap((peer, index) => peerRows({ peer, index }, domain, paths.peer(peer))),
    { id: 'admin', use: 'administrator', role: 'admin', commonName: `Admin@${domain}`, folder: paths.adminMsp },
    { id: 'gateway', use: 'gateway', role: 'client', commonName: `gateway@${domain}`, folder: paths.gatewayMsp },
    {
      ...{ id: 'gateway-tls', use: 'TLS of the gateway', role: 'client', commonName: `gateway.${domain}` },
      ...{ folder: paths.gatewayTls, ends: ['client'] },
    },
    {
      ...{
        id: 'chaincode-tls',
        use: 'TLS of the chaincode service',
        role: 'client',
        commonName: `chaincode.${domain}`,
      },
      ...{ folder: paths.chaincodeTls, ends: ['server', 'client'] },
    },
    ...(organization.orderer ? ordererRows(domain, paths) : []),
  ];
  return rows.map((row) => toCredential(row, organization));
}

function peerRows(
  { peer, index }: { peer: string; index: number },
  domain: string,
  { msp, tls }: { msp: string; tls: string },
): Row[] {
  const commonName = `${peer}.${domain}`;
  const name = index === 0 ? 'peer' : `peer.${index}`;
  return [
    { id: peer, use: name, role: 'peer', commonName, folder: msp },
    { id: `${peer}-tls`, use: `TLS of the ${name}`, role: 'peer', commonName, folder: tls, ends: ['server'] },
  ];
}

function ordererRows(domain: string, paths: { ordererMsp: string; ordererTls: string }): Row[] {
  const commonName = `orderer0.${domain}`;
  const role = 'orderer';
  return [
    { id: 'orderer0', use: 'orderer', role, commonName, folder: paths.ordererMsp },
    { id: 'orderer0-tls', use: 'TLS of the orderer', role, commonName, folder: paths.ordererTls, ends: ['server'] },
  ];
}

function toCredential({ folder, ends, ...row }: Row, organization: Organization): Credential {
  const { name, mspId } = organization;
  const files = (suffix: string) => ends?.map((end) => join(folder, `${end}.${suffix}`)) as Files;
  return {
    ...row,
    organization: name,
    mspId,
    kind: ends ? 'tls' : 'identity',
    ...(ends && { subjectAltNames: subjectAltNames(row.commonName, organization) }),
    certificateFiles: ends ? files('crt') : [join(folder, 'signcerts/cert.pem')],
    keyFiles: ends ? files('key') : [join(folder, 'keystore/key.pem')],
  };
}

/** By which names and addresses a node may be reached: on its own machine, and by others. */
function subjectAltNames(commonName: string, { name, host }: Organization): SubjectAltName[] {
  // The organisation's domain is the host that all its processes share in compose.
  const names = new Set(['localhost', commonName, domainOf(name), '127.0.0.1', ...(host === undefined ? [] : [host])]);
  return [...names].map((value) => ({ type: isIP(value) === 0 ? 'dns' : 'ip', value }));
}
