import { common } from '@hyperledger/fabric-protos';
import type { Member } from './members.ts';
import { askNode, ordererAdministration } from './operations.ts';
import { heightOf } from './state.ts';

const signaturesIndex = common.BlockMetadataIndex.SIGNATURES;

/** What an orderer says of itself in a channel. */
export interface OrdererState {
  height: number;
  /** It takes part in consensus, as far as it knows: a member, and not still catching up. */
  isActive: boolean;
  /** How far its clock is from ours. */
  clockSeconds: number;
}

/**
 * Asks an orderer of this machine by its channel participation API. One elsewhere tells that only to its own operators:
 * whether it delivers our own last block must do.
 */
export async function ordererState(
  member: Member,
  organizationsFolder: string,
  channel: string,
): Promise<OrdererState> {
  const { organization, orderer, admin } = member;
  if (organization.elsewhere) {
    const height = await heightOf(member, channel);
    await orderer?.fetchBlock(admin, channel, height - 1);
    return { height, isActive: true, clockSeconds: 0 };
  }
  const path = `/participation/v1/channels/${channel}`;
  const { status, text, headers } = await askNode(ordererAdministration(organization, organizationsFolder), path);
  if (status !== 200) throw new Error(`${status} ${text.trim()}`);
  const facts = JSON.parse(text) as { height: number; status: string; consensusRelation: string };
  return {
    height: facts.height,
    isActive: facts.status === 'active' && facts.consensusRelation === 'consenter',
    clockSeconds: Math.abs(Date.now() - Date.parse(headers.date ?? '')) / 1000,
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
