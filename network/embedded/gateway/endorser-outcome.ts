import { status } from '@grpc/grpc-js';
import type { peer } from '@hyperledger/fabric-protos';
import type { Network, Peer } from '../context.ts';
import { endorse } from '../endorser/endorser.ts';
import type { Proposal } from '../endorser/proposal.ts';
import type { SimulationResult } from '../ledger/types.ts';
import type { ErrorDetail } from './rpc-error.ts';

/** An endorser's answer as the gateway classifies it. */
export type Outcome =
  | { isOk: true; peer: Peer; response: peer.ProposalResponse; simulation: SimulationResult | undefined }
  | { isOk: false; peer: Peer; code: status; message: string; isRetryable: boolean; detail: ErrorDetail };

const endorsementTimeoutMs = 30_000;

/** Asks a peer to endorse, for the gateway of another (or the same) organisation, and sorts what comes back. */
export async function askEndorser(
  network: Network,
  local: Peer,
  { peer: endorser, proposal }: { peer: Peer; proposal: Proposal },
): Promise<Outcome> {
  const fail = (code: status, message: string, isRetryable: boolean): Outcome => ({
    isOk: false,
    peer: endorser,
    code,
    message,
    isRetryable,
    detail: { address: endorser.address, mspId: endorser.mspId, message },
  });
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), endorsementTimeoutMs);
  });
  const answer = await Promise.race([endorse(network, endorser, proposal), timeout]);
  clearTimeout(timer);

  const isLocal = endorser === local;
  if (!answer)
    return fail(status.UNAVAILABLE, 'rpc error: code = DeadlineExceeded desc = context deadline exceeded', true);
  if (answer.kind === 'unavailable') {
    return fail(status.UNAVAILABLE, isLocal ? answer.message : remoteError(answer.message), true);
  }
  if (answer.kind === 'refused') {
    // Over gRPC a response beside an error is lost, so only the local peer's refusal is known for the client's fault.
    return isLocal
      ? fail(status.FAILED_PRECONDITION, answer.message, false)
      : fail(status.UNAVAILABLE, remoteError(answer.message), true);
  }
  const { response, simulation } = answer;
  const result = response.getResponse();
  const code = result?.getStatus() ?? 0;
  if (code >= 200 && code < 400) return { isOk: true, peer: endorser, response, simulation };
  const message = result?.getMessage() ?? '';
  if (response.getPayload_asU8().length === 0 && code === 500) return fail(status.ABORTED, message, true);
  return fail(status.UNKNOWN, `chaincode response ${code}, ${message}`, false);
}

function remoteError(message: string): string {
  const code = message.startsWith('connection error') ? 'Unavailable' : 'Unknown';
  return `rpc error: code = ${code} desc = ${message}`;
}
