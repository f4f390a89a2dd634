import { basename, dirname, join } from 'node:path';
import type { Authority, CaCertificates } from './authority.ts';
import { type Credential, credentialsOf } from './credentials.ts';
import { writeTree } from './files.ts';
import { nodeOusConfig, type Organization, organizationPaths } from './layout.ts';
import { createSigningRequest } from './signing-request.ts';

/** Makes every key of an organisation here, has the authority certify them, and writes the ordinary layout below `root`. */
export async function issueOrganization(root: string, organization: Organization, authority: Authority): Promise<void> {
  const cas = await authority.caCertificates();
  writeTree(organizationPaths(dirname(root), basename(root)).msp, publicMsp(cas));
  await issueAll(credentialsOf(organization, root), authority, cas);
}

/** Makes the keys of one more peer of an organisation that has its others already. */
export async function issuePeer(
  folder: string,
  { peer, organization, authority }: { peer: string; organization: Organization; authority: Authority },
): Promise<void> {
  // Files of the credentials lie in peers/<name>/; the draft stands beside that folder.
  const root = dirname(dirname(folder));
  const place = (file: string) => join(folder, file.slice(join(root, 'peers', peer).length));
  const own = credentialsOf(organization, root).filter(({ id }) => id === peer || id === `${peer}-tls`);
  const drafts = own.map(
    (each): Credential => ({
      ...each,
      certificateFiles: [place(each.certificateFiles[0])],
      keyFiles: [place(each.keyFiles[0])],
    }),
  );
  await issueAll(drafts, authority, await authority.caCertificates());
}

async function issueAll(credentials: Credential[], authority: Authority, cas: CaCertificates): Promise<void> {
  await Promise.all(credentials.map((credential) => issueCredential(credential, authority, cas)));
}

async function issueCredential(credential: Credential, authority: Authority, cas: CaCertificates): Promise<void> {
  const { keyPem, requestPem } = await createSigningRequest(subjectOf(credential));
  const certificate = await authority.certify(credential, requestPem);
  for (const file of credential.certificateFiles) writeTree(dirname(file), { [basename(file)]: certificate });
  for (const file of credential.keyFiles) writeTree(dirname(file), { [basename(file)]: keyPem });
  const [file] = credential.certificateFiles;
  if (credential.kind === 'identity') writeTree(dirname(dirname(file)), publicMsp(cas));
  else writeTree(dirname(file), { 'ca.crt': cas.tlsCa });
}

/** What a signing request says of a credential. */
export const subjectOf = ({ commonName, mspId, kind, role, subjectAltNames }: Credential) => ({
  commonName,
  organization: mspId,
  ...(kind === 'identity' && { organizationalUnit: role }),
  subjectAltNames,
});

const publicMsp = ({ ca, tlsCa }: CaCertificates) => ({
  'cacerts/ca.pem': ca,
  'tlscacerts/tlsca.pem': tlsCa,
  'config.yaml': nodeOusConfig,
});
