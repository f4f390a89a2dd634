import { common } from '@hyperledger/fabric-protos';
import type { Member } from './members.ts';

const signaturesIndex = common.BlockMetadataIndex.SIGNATURES;

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
