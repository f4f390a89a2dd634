import type { ResolvedNetwork } from '../config/resolve.ts';
import type { NativeFolders } from '../native/folders.ts';
import { withMembers } from '../native/members.ts';
import { watchOrderers } from '../native/orderer-watch.ts';
import { ordererHealth } from '../operations/orderer-health.ts';
import type { Supervisor } from './supervisor.ts';

interface OwnOrderers {
  network: ResolvedNetwork;
  folders: NativeFolders;
  supervisor: Supervisor;
  say(process: string, what: string): void;
}

/** Restarts an orderer of this machine that stands still, as supervision does with one that ends; returns what ends this. */
export function watchOwnOrderers({ network, folders, supervisor, say }: OwnOrderers): () => void {
  const { organizations } = folders;
  // Only who has orderers elsewhere needs connections to ask them.
  const reports = () =>
    network.organizations.some(({ elsewhere, orderer }) => elsewhere && orderer)
      ? withMembers(network, organizations, (members) => ordererHealth(network, organizations, members).reports())
      : ordererHealth(network, organizations, []).reports();
  const child = (organization: string) => `orderer-${organization}`;
  return watchOrderers({
    reports,
    isOurs: (organization) => supervisor.pidOf(child(organization)) !== undefined,
    restart: async (organization) => {
      await supervisor.halt([child(organization)]);
      await supervisor.relaunch([child(organization)]);
    },
    say: (organization, what) => {
      const who = organization ? child(organization) : 'orderers';
      say(who, `${who} ${what}`);
    },
  });
}
