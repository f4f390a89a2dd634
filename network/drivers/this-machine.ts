import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import { onThisMachine, type ResolvedNetwork } from '../config/resolve.ts';

/** Refuses to start here what belongs on another machine: keys of a bank are nowhere but on its own. */
export function demandThisMachine(network: ResolvedNetwork): void {
  const { organizations } = onThisMachine(network);
  const own = new Set(
    Object.values(networkInterfaces()).flatMap((addresses) => addresses?.map((each) => each.address)),
  );
  const isChosen = organizations.length < network.organizations.length;
  // A name may lead here; an organisation that was chosen to run here says so.
  const elsewhere = organizations.filter(
    ({ host }) => !host.startsWith('127.') && !own.has(host) && (isIP(host) !== 0 || !isChosen),
  );
  if (elsewhere.length === 0) return;
  const places = elsewhere.map(({ name, host }) => `${name} (${host})`).join(', ');
  throw new Error(
    `${places}: no address of this machine. Name the organisation that runs here (--organization), or take host from the network file.`,
  );
}
