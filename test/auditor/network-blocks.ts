import { readFileSync } from 'node:fs';
import * as grpc from '@grpc/grpc-js';
import { connect, type Gateway, signers } from '@hyperledger/fabric-gateway';
import { common } from '@hyperledger/fabric-protos';
import { loadMember } from '../conformance/member.ts';
import { networkAt } from '../network/attacker.ts';
import { type AuditReport, auditLedger, type LedgerSource } from './audit-ledger.ts';

/** Where a running network, embedded or native, keeps its material and listens. */
export interface RunningLedger {
  readonly dataFolder: string;
  readonly portBase: number;
}

const CHANNEL = 'finance';
const AUDITOR = 'CentralbankMSP';

/** Audits the ledger that a running network has now; the central bank's peer hands out its blocks. */
export function auditNetwork(running: RunningLedger, readModel?: LedgerSource['readModel']): Promise<AuditReport> {
  return auditLedger({ blocks: blocksOf(running), ...(readModel && { readModel }) });
}

/** Streams the serialised blocks of a running network's finance channel, from block 0 to the height it has now. */
export async function* blocksOf(running: RunningLedger): AsyncGenerator<Uint8Array> {
  const network = networkAt(running.dataFolder, running.portBase);
  const { endpoint, tlsCa } = network.peers[AUDITOR] as { endpoint: string; tlsCa: string };
  const credentials = grpc.credentials.createSsl(readFileSync(tlsCa));
  // A block of several full batches is larger than what gRPC takes by default.
  const client = new grpc.Client(endpoint, credentials, { 'grpc.max_receive_message_length': -1 });
  const member = loadMember(network, AUDITOR);
  const gateway = connect({
    client,
    identity: { mspId: member.mspId, credentials: member.certificate },
    signer: signers.newPrivateKeySigner(member.key),
  });
  try {
    yield* upTo(gateway, await heightOf(gateway));
  } finally {
    gateway.close();
    client.close();
  }
}

async function heightOf(gateway: Gateway): Promise<number> {
  const contract = gateway.getNetwork(CHANNEL).getContract('qscc');
  const bytes = await contract.evaluate('GetChainInfo', { arguments: [CHANNEL], endorsingOrganizations: [AUDITOR] });
  return common.BlockchainInfo.deserializeBinary(bytes).getHeight();
}

async function* upTo(gateway: Gateway, height: number): AsyncGenerator<Uint8Array> {
  const events = await gateway.getNetwork(CHANNEL).getBlockEvents({ startBlock: 0n });
  try {
    for await (const block of events) {
      yield block.serializeBinary();
      if ((block.getHeader()?.getNumber() ?? 0) >= height - 1) return;
    }
  } finally {
    events.close();
  }
}
