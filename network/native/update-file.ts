import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { common } from '@hyperledger/fabric-protos';
import type { Signer } from '../identity/signer.ts';
import type { ConfigProposal } from './channel-config.ts';
import { signerOf, signUpdate } from './config-signatures.ts';
import { signEnvelope } from './signed-envelope.ts';

/** Writes a change with its signatures in the form that `peer channel signconfigtx` takes too. */
export function writeUpdateFile(file: string, proposal: ConfigProposal, signer: Signer): void {
  const envelope = signEnvelope(signer, {
    type: common.HeaderType.CONFIG_UPDATE,
    channel: proposal.channel,
    data: updateEnvelope(proposal).serializeBinary(),
  });
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, envelope.serializeBinary());
}

/** Reads a change that others may have signed. Refuses what is none. */
export function readUpdateFile(file: string): ConfigProposal {
  try {
    const envelope = common.Envelope.deserializeBinary(readFileSync(file));
    const payload = common.Payload.deserializeBinary(envelope.getPayload_asU8());
    const content = common.ConfigUpdateEnvelope.deserializeBinary(payload.getData_asU8());
    const update = content.getConfigUpdate_asU8();
    const channel = common.ConfigUpdate.deserializeBinary(update).getChannelId();
    if (channel === '') throw new Error('it names no channel');
    return { channel, update, signatures: content.getSignaturesList() };
  } catch (error) {
    throw new Error(`${file} holds no change of a channel's configuration: ${(error as Error).message}.`);
  }
}

/** Adds an administrator's signature to a change in a file; whoever signed before is left alone. Tells who has signed. */
export function signUpdateFile(file: string, signer: Signer): { channel: string; signed: string[] } {
  const proposal = readUpdateFile(file);
  const signed = new Set(proposal.signatures.map(signerOf));
  if (!signed.has(signer.mspId)) {
    const signatures = [...proposal.signatures, signUpdate(signer, proposal.update)];
    writeUpdateFile(file, { ...proposal, signatures }, signer);
    signed.add(signer.mspId);
  }
  return { channel: proposal.channel, signed: [...signed] };
}

/** Signatures that a file brings for just this update; those for an older one count for nothing. */
export function signaturesIn(file: string, update: Uint8Array): common.ConfigSignature[] {
  if (!existsSync(file)) return [];
  const proposal = readUpdateFile(file);
  return Buffer.compare(proposal.update, update) === 0 ? proposal.signatures : [];
}

export const forgetUpdateFile = (file: string): void => rmSync(file, { force: true });

/** A change with its signatures, as orderers take it. */
export function updateEnvelope({ update, signatures }: ConfigProposal): common.ConfigUpdateEnvelope {
  const content = new common.ConfigUpdateEnvelope();
  content.setConfigUpdate(update);
  content.setSignaturesList(signatures);
  return content;
}
