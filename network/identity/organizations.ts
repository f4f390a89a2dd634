import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { peerNames } from './credentials.ts';
import { writeTree } from './files.ts';
import { type Organization, organizationPaths } from './layout.ts';

/** Writes each organisation's MSP material once; what exists is left alone, and a half-written folder never appears. */
export async function ensureOrganizations(organizationsDir: string, organizations: Organization[]): Promise<void> {
  await Promise.all(
    organizations.map(async (organization) => {
      const { root, ca, peer } = organizationPaths(organizationsDir, organization.name);
      if (!existsSync(root)) await writeWhole(root, (draft) => writeOrganization(draft, organization));
      for (const name of peerNames(organization)) {
        const folder = dirname(peer(name).msp);
        if (!existsSync(folder)) await writeWhole(folder, (draft) => writePeer(draft, name, { organization, ca }));
      }
    }),
  );
}

/** Has a folder written beside its place and then put there at once. */
async function writeWhole(folder: string, write: (draft: string) => Promise<void>): Promise<void> {
  const draft = join(dirname(folder), `.new-${randomBytes(4).toString('hex')}`);
  try {
    await write(draft);
    renameSync(draft, folder);
  } catch (error) {
    // Another process was first; its material is as good as ours.
    if (!existsSync(folder)) throw error;
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

// What issues is loaded only where something is to be issued: a start from what is there needs none of it.
async function writeOrganization(draft: string, organization: Organization): Promise<void> {
  const { issueOrganization } = await import('./issue.ts');
  const { createAuthority } = await import('./choose-authority.ts');
  const paths = organizationPaths(dirname(draft), basename(draft));
  await issueOrganization(draft, organization, await createAuthority(organization, paths.ca));
  writeGatewaySecrets(paths);
}

async function writePeer(
  draft: string,
  peer: string,
  { organization, ca }: { organization: Organization; ca: string },
): Promise<void> {
  const { issuePeer } = await import('./issue.ts');
  const { openAuthority } = await import('./choose-authority.ts');
  const authority = await openAuthority(organization, ca);
  if (!authority) {
    throw new Error(`${organization.name} has no ${peer}, and neither the keys of its CA in ${ca} nor a fabric-ca.`);
  }
  await issuePeer(draft, { peer, organization, authority });
}

/** The gateway's own secrets: what it decrypts texts with, and what it salts customer references with. */
function writeGatewaySecrets({ encryptionKey }: { encryptionKey: string }): void {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  writeTree(dirname(encryptionKey), {
    'encryption-key.pem': privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    'digest.key': randomBytes(32).toString('hex'),
  });
}
