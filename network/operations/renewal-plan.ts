import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { onThisMachine, type ResolvedNetwork } from '../config/resolve.ts';
import { daysLeft } from '../config/validate-certificates.ts';
import { organizationPaths } from '../identity/layout.ts';
import { renewalFolder } from './renewal-folder.ts';
import { type RenewalUnit, renewalUnits, unitDaysLeft } from './renewal-units.ts';

export interface PlannedRenewal {
  unit: RenewalUnit;
  daysLeft: number;
  /** Why it is renewed now. */
  reason: 'ends soon' | 'asked for' | 'begun before';
}

export interface RenewalPlan {
  renewals: PlannedRenewal[];
  /** Certificates that end soon and that this command cannot renew: those of the CAs themselves. */
  warnings: string[];
}

export interface PlanOptions {
  organizationsFolder: string;
  /** Only this organisation's certificates. */
  organization?: string;
  /** A certificate is due when it ends within so many days. */
  days: number;
  /** Everything is due. */
  force: boolean;
}

/** What must be renewed, in order: due certificates, and those whose renewal was begun and interrupted. */
export function planRenewal(network: ResolvedNetwork, options: PlanOptions): RenewalPlan {
  const { organizationsFolder, organization, days, force } = options;
  const chosen = onThisMachine(network).organizations.filter(
    ({ name }) => organization === undefined || name === organization,
  );
  const names = chosen.map(({ name }) => name);
  const units = renewalUnits(onThisMachine(network), organizationsFolder).filter((unit) =>
    names.includes(unit.organization.name),
  );
  const renewals = units.flatMap((unit): PlannedRenewal[] => {
    const left = unitDaysLeft(unit);
    const isBegun = unit.credentials.some((each) => renewalFolder(each, organizationsFolder).state() !== 'none');
    const reason = isBegun ? 'begun before' : left < days ? 'ends soon' : force ? 'asked for' : undefined;
    return reason ? [{ unit, daysLeft: left, reason }] : [];
  });
  return { renewals, warnings: names.flatMap((name) => caWarnings(name, { organizationsFolder, days })) };
}

function caWarnings(name: string, { organizationsFolder, days }: Pick<PlanOptions, 'organizationsFolder' | 'days'>) {
  const { msp } = organizationPaths(organizationsFolder, name);
  return ['cacerts/ca.pem', 'tlscacerts/tlsca.pem'].flatMap((file) => {
    const left = daysLeft(new X509Certificate(readFileSync(join(msp, file))));
    return left < days
      ? [
          `The CA certificate ${file} of ${name} ends in ${left} days: a new one is a change of the channels' configuration, not a renewal.`,
        ]
      : [];
  });
}
