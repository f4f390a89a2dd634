import { readFileSync } from 'node:fs';
import { peer } from '@hyperledger/fabric-protos';
import type { ResolvedOrganization } from '../config/resolve.ts';
import type { NativeFolders } from './folders.ts';
import { type Member, own, perPeer } from './members.ts';
import { askNode, ordererAdministration } from './operations.ts';

const joinMilliseconds = 20_000;

/** Brings every orderer and peer of this machine into a channel; those that are in it already are left alone. */
export async function joinChannel(members: readonly Member[], channel: string, folders: NativeFolders): Promise<void> {
  const block = readFileSync(folders.block(channel));
  await Promise.all([
    ...own(members).map((member) => member.orderer && joinOrderer(member.organization, { channel, block, folders })),
    ...perPeer(own(members)).map((member) => joinPeer(member, { channel, block })),
  ]);
}

/** Channels that a peer is in. */
export async function channelsOf({ peer: client, admin }: Member): Promise<string[]> {
  const answer = await client.query(admin, { chaincode: 'cscc', args: ['GetChannels'] });
  return peer.ChannelQueryResponse.deserializeBinary(answer)
    .getChannelsList()
    .map((entry) => entry.getChannelId());
}

async function joinPeer(member: Member, { channel, block }: { channel: string; block: Uint8Array }): Promise<void> {
  if ((await channelsOf(member)).includes(channel)) return;
  await member.peer.query(member.admin, { chaincode: 'cscc', args: ['JoinChain', block] });
}

interface Join {
  channel: string;
  block: Uint8Array;
  folders: NativeFolders;
}

/** The orderer's channel participation API, as osnadmin uses it; 405 says that it is in the channel already. */
async function joinOrderer(organization: ResolvedOrganization, { channel, block, folders }: Join): Promise<void> {
  const form = new FormData();
  form.set('config-block', new Blob([Buffer.from(block)]), `${channel}.block`);
  const encoded = new Response(form);
  const body = Buffer.from(await encoded.arrayBuffer());
  const answer = await askNode(
    ordererAdministration(organization, folders.organizations),
    '/participation/v1/channels',
    {
      method: 'POST',
      headers: { 'content-type': encoded.headers.get('content-type') ?? '', 'content-length': body.length },
      timeout: joinMilliseconds,
      body,
    },
  );
  if (answer.status !== 201 && answer.status !== 405) {
    throw new Error(`The orderer of ${organization.name} does not join ${channel}: ${answer.status} ${answer.text}`);
  }
}
