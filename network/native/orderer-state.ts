import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { common } from '@hyperledger/fabric-protos';
import type { ResolvedOrganization } from '../config/resolve.ts';
import { organizationPaths } from '../identity/layout.ts';
import type { Member } from './members.ts';

const answerMilliseconds = 5_000;
const signaturesIndex = common.BlockMetadataIndex.SIGNATURES;

/** What an orderer says of itself in a channel. */
export interface OrdererState {
  height: number;
  /** It takes part in consensus, as far as it knows: a member, and not still catching up. */
  isActive: boolean;
  /** How far its clock is from ours. */
  clockSeconds: number;
}

/** Asks an orderer's channel participation API, as osnadmin does. */
export async function ordererState(
  { name, host, orderer }: ResolvedOrganization,
  organizationsFolder: string,
  channel: string,
): Promise<OrdererState> {
  const { ordererTls } = organizationPaths(organizationsFolder, name);
  const { text, date } = await new Promise<{ text: string; date: string }>((resolve, reject) => {
    const sent = request(
      {
        ...{ host, port: orderer?.adminPort, path: `/participation/v1/channels/${channel}` },
        ca: readFileSync(join(ordererTls, 'ca.crt')),
        cert: readFileSync(join(ordererTls, 'server.crt')),
        key: readFileSync(join(ordererTls, 'server.key')),
        timeout: answerMilliseconds,
        agent: false,
      },
      async (response) => {
        let received = '';
        for await (const chunk of response.setEncoding('utf8')) received += chunk;
        resolve({ text: received, date: response.headers.date ?? '' });
      },
    );
    sent.on('timeout', () => sent.destroy(new Error(`no answer within ${answerMilliseconds / 1000} s`)));
    sent.on('error', reject);
    sent.end();
  });
  const { height, status, consensusRelation } = JSON.parse(text) as Record<string, unknown>;
  return {
    height: Number(height ?? 0),
    isActive: status === 'active' && consensusRelation === 'consenter',
    clockSeconds: Math.abs(Date.now() - Date.parse(date)) / 1000,
  };
}

/**
 * Whether an orderer signed one of the blocks from `first` to `last` as it holds them: one that votes keeps its own
 * signature, one that only copies blocks from the others need not have any.
 */
export async function hasSigned(
  { orderer, organization, admin }: Member,
  channel: string,
  { first, last }: { first: number; last: number },
): Promise<boolean> {
  for (let number = last; number >= first; number -= 1) {
    const block = await orderer?.fetchBlock(admin, channel, number);
    const metadata = block?.getMetadata()?.getMetadataList_asU8()[signaturesIndex] ?? new Uint8Array();
    const signers = common.Metadata.deserializeBinary(metadata)
      .getSignaturesList()
      .map((each) => common.IdentifierHeader.deserializeBinary(each.getIdentifierHeader_asU8()).getIdentifier());
    if (signers.includes(organization.orderer?.id ?? -1)) return true;
  }
  return false;
}
