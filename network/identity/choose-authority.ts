import type { Authority } from './authority.ts';
import {
  createDevelopmentAuthority,
  hasCaKeys,
  openDevelopmentAuthority,
  type Validity,
} from './development-authority.ts';
import { fabricCaAuthority } from './fabric-ca.ts';
import type { Organization } from './layout.ts';

/** The CA that a new organisation names, else one of its own that is made for it in `folder`. */
export async function createAuthority(organization: Organization, folder: string): Promise<Authority> {
  if (organization.ca) return fabricCaAuthority(organization.name, organization.ca);
  return createDevelopmentAuthority(folder, organization);
}

/** The CA of an organisation that exists; undefined where only its operators can reach it. */
export async function openAuthority(
  organization: Organization,
  folder: string,
  validity?: Validity,
): Promise<Authority | undefined> {
  if (organization.ca) return fabricCaAuthority(organization.name, organization.ca);
  return hasCaKeys(folder) ? openDevelopmentAuthority(folder, validity) : undefined;
}
