import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Authority } from './authority.ts';
import { certifyKey, type Issued, issueCertificate, readIssued } from './certificate.ts';
import { domainOf } from './credentials.ts';
import { writeTree } from './files.ts';
import { requestedKey } from './signing-request.ts';

const millisecondsPerDay = 24 * 3600 * 1000;
// A node whose clock is a little behind must not take a new certificate for one of the future.
const backdateMilliseconds = 60 * 60 * 1000;

export interface Validity {
  /** Whole days from now; never beyond the CA's own end. Ten years unless said. */
  days: number;
}

/** Whether the private keys of an organisation's CAs lie in a folder. */
export const hasCaKeys = (folder: string): boolean =>
  ['ca-key.pem', 'tlsca-key.pem'].every((name) => existsSync(join(folder, name)));

/** Makes both CAs of an organisation and writes them, keys included: for development, where nobody else plays the CA. */
export async function createDevelopmentAuthority(
  folder: string,
  { name, mspId }: { name: string; mspId: string },
): Promise<Authority> {
  const [ca, tlsCa] = await Promise.all(
    ['ca', 'tlsca'].map((each) =>
      issueCertificate({ commonName: `${each}.${domainOf(name)}`, organization: mspId, usage: 'ca' }),
    ),
  );
  const authority = { ca: ca as Issued, tlsCa: tlsCa as Issued };
  writeTree(folder, {
    'ca.pem': authority.ca.certificatePem,
    'ca-key.pem': authority.ca.keyPem,
    'tlsca.pem': authority.tlsCa.certificatePem,
    'tlsca-key.pem': authority.tlsCa.keyPem,
  });
  return developmentAuthority(authority);
}

/** The CAs whose keys lie in a folder. */
export async function openDevelopmentAuthority(folder: string, validity?: Validity): Promise<Authority> {
  const text = (name: string) => readFileSync(join(folder, name), 'utf8');
  const [ca, tlsCa] = await Promise.all(
    ['ca', 'tlsca'].map((name) => readIssued({ certificatePem: text(`${name}.pem`), keyPem: text(`${name}-key.pem`) })),
  );
  return developmentAuthority({ ca: ca as Issued, tlsCa: tlsCa as Issued }, validity);
}

function developmentAuthority({ ca, tlsCa }: { ca: Issued; tlsCa: Issued }, validity?: Validity): Authority {
  return {
    caCertificates: async () => ({ ca: ca.certificatePem, tlsCa: tlsCa.certificatePem }),
    certify: async ({ kind, role, mspId, commonName, subjectAltNames }, requestPem) => {
      const issuer = kind === 'identity' ? ca : tlsCa;
      return certifyKey(
        {
          commonName,
          organization: mspId,
          ...(kind === 'identity' && { organizationalUnit: role }),
          subjectAltNames,
          issuer,
          usage: kind === 'identity' ? 'sign' : 'tls',
          ...(validity && datesOf(validity, issuer.certificate.notAfter)),
        },
        await requestedKey(requestPem),
      );
    },
  };
}

function datesOf({ days }: Validity, caEnd: Date): { notBefore: Date; notAfter: Date } {
  const notAfter = Math.min(Date.now() + days * millisecondsPerDay, caEnd.getTime());
  return { notBefore: new Date(Date.now() - backdateMilliseconds), notAfter: new Date(notAfter) };
}
