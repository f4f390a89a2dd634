import { randomBytes } from 'node:crypto';
import { common } from '@hyperledger/fabric-protos';
import type { Signer } from '../../identity/signer.ts';
import { headerBytes } from '../ledger/hashing.ts';

/** A consenter of the channel: its number in the configuration, and its key. */
export interface Consenter {
  id: number;
  signer: Signer;
}

/** How many of n consenters must sign a block so that two quorums share an honest one. */
export function quorumOf(n: number): number {
  const faulty = Math.floor((n - 1) / 3);
  return Math.ceil((n + faulty + 1) / 2);
}

/** Fills in what the ordering service vouches for: last configuration block and a quorum of signatures over the header. */
export function signBlock(block: common.Block, consenters: readonly Consenter[]): void {
  const header = block.getHeader();
  if (!header) throw new Error('block without a header');
  const lastConfig = new common.LastConfig();
  const ordererMetadata = new common.OrdererBlockMetadata();
  ordererMetadata.setLastConfig(lastConfig);
  const value = ordererMetadata.serializeBinary();
  const signed = new common.Metadata();
  signed.setValue(value);
  const bytes = headerBytes(header);
  for (const { id, signer } of consenters.slice(0, quorumOf(consenters.length))) {
    const identifier = new common.IdentifierHeader();
    identifier.setIdentifier(id);
    identifier.setNonce(randomBytes(24));
    const identifierBytes = identifier.serializeBinary();
    const signature = new common.MetadataSignature();
    signature.setIdentifierHeader(identifierBytes);
    signature.setSignature(signer.sign(Buffer.concat([value, identifierBytes, bytes])));
    signed.addSignatures(signature);
  }
  const lastConfigMetadata = new common.Metadata();
  lastConfigMetadata.setValue(lastConfig.serializeBinary());
  const metadata = block.getMetadata() ?? new common.BlockMetadata();
  const fields = metadata.getMetadataList_asU8();
  while (fields.length < 5) fields.push(new Uint8Array(0));
  fields[common.BlockMetadataIndex.SIGNATURES] = signed.serializeBinary();
  fields[common.BlockMetadataIndex.LAST_CONFIG] = lastConfigMetadata.serializeBinary();
  metadata.setMetadataList(fields);
  block.setMetadata(metadata);
}
