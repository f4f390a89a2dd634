import { createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Issued, issueCertificate, readIssued } from '@tangram/network/identity/certificate.ts';
import { type Member, organizationOf } from './member.ts';
import type { ConformanceNetwork } from './network.ts';

const oneHour = 3_600_000;

/** The CA of an organisation, as the identity tool left it. */
function loadAuthority(network: ConformanceNetwork, mspId: string): Promise<Issued> {
  const folder = join(network.organizationsDir, organizationOf(mspId), 'ca');
  return readIssued({
    certificatePem: readFileSync(join(folder, 'ca.pem'), 'utf8'),
    keyPem: readFileSync(join(folder, 'ca-key.pem'), 'utf8'),
  });
}

function toMember(mspId: string, issued: Issued): Member {
  return { mspId, certificate: Buffer.from(issued.certificatePem), key: createPrivateKey(issued.keyPem) };
}

const request = { commonName: 'odd', organization: 'CedarMSP', usage: 'sign' as const };

/** A client of Cedar whose certificate ended an hour ago. */
export async function expiredMember(network: ConformanceNetwork): Promise<Member> {
  const issuer = await loadAuthority(network, 'CedarMSP');
  const notAfter = new Date(Date.now() - oneHour);
  return toMember('CedarMSP', await issueCertificate({ ...request, organizationalUnit: 'client', issuer, notAfter }));
}

/** A certificate of Cedar's CA with any organisational unit, or none: node OUs want exactly one that they know. */
export async function memberWithUnit(network: ConformanceNetwork, organizationalUnit?: string): Promise<Member> {
  const issuer = await loadAuthority(network, 'CedarMSP');
  return toMember('CedarMSP', await issueCertificate({ ...request, issuer, organizationalUnit }));
}

/** A client certificate of a CA that no organisation knows, claiming to be of that MSP. */
export async function memberOfForeignAuthority(mspId: string): Promise<Member> {
  const issuer = await issueCertificate({ commonName: 'ca', organization: 'Elsewhere', usage: 'ca' });
  return toMember(mspId, await issueCertificate({ ...request, organizationalUnit: 'client', issuer }));
}
