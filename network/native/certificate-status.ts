import { X509Certificate } from 'node:crypto';
import { connect } from 'node:tls';
import { msp } from '@hyperledger/fabric-protos';
import { instanceName, peerAddress, type ResolvedNetwork, type ResolvedOrganization } from '../config/resolve.ts';
import { type CertificateFact, certificatesOf, daysLeft } from '../config/validate-certificates.ts';
import { type Member, perPeer } from './members.ts';
import { settle } from './settle.ts';

const handshakeMilliseconds = 3_000;
const renewalDays = 30;

export interface CertificateReport {
  organization: string;
  /** What it is for: `peer`, `TLS of the orderer`. */
  use: string;
  /** Where it was seen: in its file, in a TLS handshake, or as the signer of an answer. */
  source: 'file' | 'presented' | 'signed with';
  /** File, or host:port. */
  place: string;
  daysLeft?: number;
  notAfter?: string;
  error?: string;
}

interface Seen extends CertificateReport {
  certificate?: X509Certificate;
}

/** Every certificate of the organisations, in its file and as the node really shows it, and what is wrong with them. */
export async function certificateReports(
  network: ResolvedNetwork,
  organizationsFolder: string,
  members: readonly Member[],
): Promise<{ certificates: CertificateReport[]; problems: string[] }> {
  const files = network.organizations.flatMap((organization) => certificatesOf(organization, organizationsFolder));
  const shown = await Promise.all([
    ...network.organizations.flatMap(presentedBy),
    ...perPeer(members).map((member) => signerOf(member, network.channels[0] ?? '')),
  ]);
  const problems = shown.flatMap((seen) => differenceOf(seen, files));
  const seen = [...files.flatMap(inFile), ...shown];
  return { certificates: seen.map(reportOf), problems: [...problems, ...seen.flatMap(endOf)] };
}

const reportOf = ({ certificate: _, ...report }: Seen): CertificateReport => report;

function inFile({ organization, use, file, certificate }: CertificateFact): Seen[] {
  return certificate ? [describe({ organization, use, source: 'file', place: file }, certificate)] : [];
}

function describe(about: Pick<Seen, 'organization' | 'use' | 'source' | 'place'>, certificate: X509Certificate): Seen {
  const notAfter = new Date(certificate.validTo).toISOString();
  return { ...about, daysLeft: daysLeft(certificate), notAfter, certificate };
}

/** What the listeners of an organisation's nodes show in the handshake. */
function presentedBy(organization: ResolvedOrganization): Promise<Seen>[] {
  const { name, host, orderer, peers } = organization;
  const look = async (use: string, place: string): Promise<Seen> => {
    const about = { organization: name, use, source: 'presented' as const, place };
    const { value, error } = await settle(presentedCertificate(place));
    return value ? describe(about, value) : { ...about, error };
  };
  return [
    ...peers.map((peer) => look(`TLS of the ${instanceName('peer', peer.index)}`, peerAddress(organization, peer))),
    ...(orderer ? [look('TLS of the orderer', `${host}:${orderer.port}`)] : []),
  ];
}

/** Only looks: whom to believe is decided where calls are made, and an expired certificate must be seen too. */
export function presentedCertificate(place: string): Promise<X509Certificate> {
  const [host = '', port = ''] = place.split(/:(?=\d+$)/);
  return new Promise((resolve, reject) => {
    const socket = connect({
      ...{ host, port: Number(port), ALPNProtocols: ['h2'], timeout: handshakeMilliseconds },
      // The server name is no IP address, and nodes have one certificate whatever they are asked for.
      servername: 'localhost',
      rejectUnauthorized: false,
    });
    socket.once('secureConnect', () => {
      const certificate = socket.getPeerX509Certificate();
      socket.destroy();
      if (certificate) resolve(certificate);
      else reject(new Error('it presents no certificate'));
    });
    socket.once('timeout', () => socket.destroy(new Error(`no answer within ${handshakeMilliseconds / 1000} s`)));
    socket.once('error', reject);
  });
}

/** The identity with which a peer signs, taken from its signature under an answer. */
async function signerOf(member: Member, channel: string): Promise<Seen> {
  const { name } = member.organization;
  const index = member.peers.find(({ client }) => client === member.peer)?.index;
  const about = {
    ...{ organization: name, use: instanceName('peer', index), source: 'signed with' as const },
    place: peerAddress(member.organization, member.organization.peers[index ?? 0]),
  };
  const { value, error } = await settle(member.peer.endorser(member.admin, channel));
  if (!value) return { ...about, error };
  const identity = msp.SerializedIdentity.deserializeBinary(value);
  return describe(about, new X509Certificate(Buffer.from(identity.getIdBytes_asU8())));
}

/** A node reads its certificates when it starts: one renewed since is not in use. */
function differenceOf({ organization, use, source, certificate }: Seen, files: readonly CertificateFact[]): string[] {
  const file = files.find((fact) => fact.organization === organization && fact.use === use);
  if (!certificate || !file?.certificate || file.certificate.fingerprint256 === certificate.fingerprint256) return [];
  const what = source === 'presented' ? 'presents' : 'signs with';
  return [`${organization}, ${use}: the node ${what} another certificate than ${file.file} holds: restart it.`];
}

function endOf({ organization, use, source, place, daysLeft: days }: Seen): string[] {
  if (days === undefined || days >= renewalDays) return [];
  const who = `${organization}, ${use} (${source === 'file' ? place : `${source}, ${place}`})`;
  if (days < 0) return source === 'file' ? [] : [`${who} has expired: renew it and restart the node.`];
  return [`${who} ends in ${days} days: renew it.`];
}
