import type { ProcessName } from '@tangram/network/drivers/network.ts';
import type { BenchNetwork } from './bench-network.ts';

/** What is ended as kill -9 does, one after the other: each belongs to another bank. */
export function victimsOf({ driver }: BenchNetwork, areGatewaysUp: boolean): ProcessName[] {
  return [
    { role: 'chaincode', organization: 'maple' },
    // One process plays all peers and orderers of the embedded network.
    driver === 'embedded' ? { role: 'network' } : { role: 'peer', organization: 'pine' },
    ...(areGatewaysUp ? [{ role: 'gateway', organization: 'willow' } as const] : []),
  ];
}

/** Ends processes in the middle of the load and waits until each answers again; says how long that took. */
export async function killAll(
  { network }: BenchNetwork,
  victims: readonly ProcessName[],
): Promise<Record<string, number>> {
  const seconds: Record<string, number> = {};
  for (const victim of victims) {
    const startedAt = performance.now();
    network.kill(victim);
    await network.restored(victim);
    const name = 'organization' in victim ? `${victim.role} of ${victim.organization}` : victim.role;
    seconds[`kill -9 of ${name}, back after s`] = (performance.now() - startedAt) / 1000;
  }
  return seconds;
}
