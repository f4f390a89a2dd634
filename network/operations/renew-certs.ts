import type { ResolvedNetwork } from '../config/resolve.ts';
import { identityOf } from '../config/resolve.ts';
import type { Authority } from '../identity/authority.ts';
import { openAuthority } from '../identity/choose-authority.ts';
import { organizationPaths } from '../identity/layout.ts';
import type { NativeFolders } from '../native/folders.ts';
import { type Member, own } from '../native/members.ts';
import { ordererHealth } from './orderer-health.ts';
import { peerHealth } from './peer-health.ts';
import { nameConsenters, outdatedChannels } from './renewal-consenters.ts';
import { renewalFolder } from './renewal-folder.ts';
import { type PlannedRenewal, planRenewal, type RenewalPlan } from './renewal-plan.ts';
import { renewUnit } from './renewal-steps.ts';
import { certificateOf, type RenewalUnit } from './renewal-units.ts';

export interface RenewalOptions {
  network: ResolvedNetwork;
  folders: NativeFolders;
  dataFolder: string;
  members: readonly Member[];
  organization?: string;
  /** A certificate is due when it ends within so many days. */
  days: number;
  /** For how long the development CA certifies; a CA of its own decides that itself. */
  validityDays: number;
  force: boolean;
}

/** A request that only the organisation's own CA can answer. */
export interface OpenRequest {
  organization: string;
  use: string;
  requestFile: string;
  /** Where the certificate must be laid. */
  certificateFile: string;
}

/** The renewal of a running network's certificates, step by step; `plan` is made when this is called. */
export function createRenewal(options: RenewalOptions) {
  const { network, folders, dataFolder, members } = options;
  const organizationsFolder = folders.organizations;
  const health = {
    orderers: ordererHealth(network, organizationsFolder, members),
    peers: peerHealth(network, members),
  };
  const plan: RenewalPlan = planRenewal(network, { ...options, organizationsFolder });
  const credentials = plan.renewals.flatMap(({ unit }) => unit.credentials);
  const folderOf = (credential: (typeof credentials)[number]) => renewalFolder(credential, organizationsFolder);

  /**
   * Makes every key and request before anything changes, so that an interrupted renewal knows what it was about, and has
   * them certified by whoever can be reached from here.
   */
  async function prepare(): Promise<void> {
    await health.orderers.demandClocks();
    for (const credential of credentials) {
      // Orderers know each other by these keys, so the key stays and only its certificate is new.
      await folderOf(credential).request({ keepKey: credential.id === 'orderer0' });
    }
    const authorities = new Map<string, Authority | undefined>();
    for (const { unit } of plan.renewals) {
      const { name } = unit.organization;
      if (!authorities.has(name)) authorities.set(name, await authorityOf(unit));
    }
    for (const credential of credentials) await folderOf(credential).certify(authorities.get(credential.organization));
  }

  const authorityOf = ({ organization }: RenewalUnit) =>
    openAuthority(identityOf(organization), organizationPaths(organizationsFolder, organization.name).ca, {
      days: options.validityDays,
    });

  /** Requests that wait for a certificate from elsewhere. */
  const openRequests = (): OpenRequest[] =>
    credentials.flatMap((credential) => {
      const folder = folderOf(credential);
      if (folder.state() !== 'requested') return [];
      const { requestFile, certificateFile } = folder;
      return [{ organization: credential.organization, use: credential.use, requestFile, certificateFile }];
    });

  /** Renews one unit; false when it waits for certificates. */
  async function renew({ unit }: PlannedRenewal): Promise<boolean> {
    if (unit.credentials.some((credential) => folderOf(credential).state() === 'requested')) return false;
    await renewUnit(unit, { network, folders, dataFolder, members, health });
    return true;
  }

  /** Names the orderers' certificates in a channel; says why not where other banks' administrators must sign first. */
  async function nameInChannel(channel: string): Promise<string | undefined> {
    try {
      await nameConsenters(channel, organizationsFolder, members);
      return undefined;
    } catch (error) {
      if (own(members).length === members.length) throw error;
      return `${channel} still names the orderers' former certificates, which does no harm: their keys are the same. ${(error as Error).message}`;
    }
  }

  /** When a unit's certificates end now, in days. */
  const endOf = ({ credentials: [credential] }: RenewalUnit): string => certificateOf(credential!).validTo;

  return {
    plan,
    prepare,
    renew,
    openRequests,
    endOf,
    outdatedChannels: () => outdatedChannels(network, organizationsFolder, members),
    nameInChannel,
  };
}

export type Renewal = ReturnType<typeof createRenewal>;
