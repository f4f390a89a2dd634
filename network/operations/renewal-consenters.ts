import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ResolvedNetwork } from '../config/resolve.ts';
import { organizationPaths } from '../identity/layout.ts';
import { type ConfigEdit, changeConfig, fetchConfig, proposeChange } from '../native/channel-config.ts';
import { renewConsenter } from '../native/config-edits.ts';
import { type Member, own } from '../native/members.ts';

/** Channels whose configuration names other certificates of orderers than those that lie on disk. */
export async function outdatedChannels(
  network: ResolvedNetwork,
  organizationsFolder: string,
  members: readonly Member[],
): Promise<string[]> {
  const [asked] = members;
  if (!asked) return [];
  const edit = presentConsenters(members, organizationsFolder);
  const outdated = await Promise.all(
    network.channels.map(async (channel) =>
      proposeChange(await fetchConfig(asked, channel), edit) === undefined ? [] : [channel],
    ),
  );
  return outdated.flat();
}

/** Names the orderers' present certificates in a channel's configuration. Refuses when administrators' signatures lack. */
export const nameConsenters = (
  channel: string,
  organizationsFolder: string,
  members: readonly Member[],
): Promise<boolean> => changeConfig(members, channel, presentConsenters(members, organizationsFolder));

/** One change for all orderers: their keys stay, so no orderer is a stranger to the others before or after it. */
function presentConsenters(members: readonly Member[], organizationsFolder: string): ConfigEdit {
  // Of an orderer elsewhere only its own bank knows which certificate is the newest.
  const edits = own(members)
    .filter(({ orderer }) => orderer !== undefined)
    .map(({ organization: { name, mspId } }) => {
      const { ordererMsp, ordererTls } = organizationPaths(organizationsFolder, name);
      return renewConsenter(mspId, {
        identity: readFileSync(join(ordererMsp, 'signcerts/cert.pem')),
        tls: readFileSync(join(ordererTls, 'server.crt')),
      });
    });
  return (config) => {
    for (const edit of edits) edit(config);
  };
}
