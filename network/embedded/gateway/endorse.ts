import { status } from '@grpc/grpc-js';
import { common, gateway, type peer } from '@hyperledger/fabric-protos';
import { equalBytes, protoField } from '../bytes.ts';
import type { Network, Peer } from '../context.ts';
import { type Proposal, unpackProposal } from '../endorser/proposal.ts';
import { askEndorser, type Outcome } from './endorser-outcome.ts';
import { interestOf } from './interest.ts';
import type { ChaincodeCall, Layouts } from './layouts.ts';
import { PlanError, planForInterest, planForOrganizations } from './plan.ts';
import { type ErrorDetail, RpcError } from './rpc-error.ts';

type Endorsed = Extract<Outcome, { isOk: true }>;

/** Collects endorsements that satisfy the policies and assembles the transaction for the client to sign. */
export async function endorseTransaction(
  network: Network,
  local: Peer,
  request: gateway.EndorseRequest,
): Promise<gateway.EndorseResponse> {
  const proposal = unpack(request.getProposedTransaction());
  const named = request.getEndorsingOrganizationsList();
  const collected = new Map<string, Endorsed>();
  let layouts: Layouts;
  if (named.length > 0) {
    const target = { channelId: proposal.channelId, chaincode: proposal.chaincodeName };
    layouts = asRpcError(status.UNAVAILABLE, () => planForOrganizations(network, target, named));
  } else {
    const first = await firstEndorsement(network, local, proposal);
    collected.set(first.peer.mspId, first);
    layouts = planFromFirst(network, proposal, first);
  }
  const endorsements = await completeLayout(network, local, { proposal, layouts, collected });
  const response = new gateway.EndorseResponse();
  response.setPreparedTransaction(assemble(proposal, endorsements));
  return response;
}

function unpack(signed: peer.SignedProposal | undefined): Proposal {
  if (!signed || signed.getProposalBytes_asU8().length === 0) {
    throw new RpcError(status.INVALID_ARGUMENT, 'the proposed transaction must contain a signed proposal');
  }
  return asRpcError(status.INVALID_ARGUMENT, () => unpackProposal(signed), Error);
}

function asRpcError<T>(code: status, action: () => T, kind: abstract new (message: string) => Error = PlanError): T {
  try {
    return action();
  } catch (error) {
    if (error instanceof kind) throw new RpcError(code, error.message);
    throw error;
  }
}

/** Endorses at home, or without a home peer and transient data wherever the chaincode's own policy leads. */
async function firstEndorsement(network: Network, local: Peer, proposal: Proposal): Promise<Endorsed> {
  const { channelId, chaincodeName } = proposal;
  let first: Peer | undefined = local;
  try {
    planForOrganizations(network, { channelId, chaincode: chaincodeName }, [local.mspId]);
  } catch (error) {
    if (!(error instanceof PlanError)) throw error;
    if (proposal.hasTransientData) {
      throw new RpcError(
        status.FAILED_PRECONDITION,
        "no endorsers found in the gateway's organization; retry specifying endorsing organization(s) to protect transient data",
      );
    }
    const [layout] = asRpcError(status.FAILED_PRECONDITION, () =>
      planForInterest(network, channelId, { calls: [{ name: chaincodeName }] }),
    );
    first = [...network.peers.values()].find(({ mspId }) => layout?.has(mspId));
  }
  const outcome = first && (await askEndorser(network, local, { peer: first, proposal }));
  if (outcome?.isOk) return outcome;
  throw new RpcError(
    status.ABORTED,
    'failed to endorse transaction, see attached details for more info',
    outcome ? [outcome.detail] : [],
  );
}

function planFromFirst(network: Network, proposal: Proposal, first: Endorsed): Layouts {
  const { channelId, chaincodeName, hasTransientData } = proposal;
  const interest = first.simulation ? interestOf(first.simulation) : [];
  const calls: ChaincodeCall[] = interest.length > 0 ? interest : [{ name: chaincodeName }];
  const isProtected = (call: ChaincodeCall) =>
    hasTransientData && call.collection !== undefined && call.hasNoPrivateReads === true;
  // With transient data only members of a collection may be asked, whether or not it was read.
  const careful = calls.map((call) => (isProtected(call) ? { ...call, hasNoPrivateReads: false } : call));
  const plan = (of: ChaincodeCall[]) => planForInterest(network, channelId, { calls: of, preferred: first.peer });
  try {
    return plan(careful);
  } catch (error) {
    if (!(error instanceof PlanError)) throw error;
    const collections = calls.filter(isProtected).map(({ collection }) => collection);
    if (collections.length === 0) throw new RpcError(status.FAILED_PRECONDITION, error.message);
    asRpcError(status.FAILED_PRECONDITION, () => plan(calls));
    throw new RpcError(
      status.FAILED_PRECONDITION,
      `requires endorsement from organisation(s) that are not in the distribution policy of the private data collection(s): [${collections.join(' ')}]; retry specifying trusted endorsing organizations to protect transient data`,
    );
  }
}

interface Collection {
  proposal: Proposal;
  layouts: Layouts;
  /** Endorsements so far, by MSP id; the first one's payload is what all must equal. */
  collected: Map<string, Endorsed>;
}

/** Tries layout after layout, asking only peers that were not asked yet, until one is complete. */
async function completeLayout(
  network: Network,
  local: Peer,
  { proposal, layouts, collected }: Collection,
): Promise<Endorsed[]> {
  const details: ErrorDetail[] = [];
  const failed = new Set<string>();
  for (const layout of layouts) {
    if (!layout.isDisjointFrom(failed)) continue;
    const wanted = [...network.peers.values()].filter(({ mspId }) => layout.has(mspId) && !collected.has(mspId));
    const outcomes = await Promise.all(
      wanted.map((endorser) => askEndorser(network, local, { peer: endorser, proposal })),
    );
    for (const outcome of outcomes) {
      const { mspId, address } = outcome.peer;
      if (outcome.isOk && matches(collected, outcome)) collected.set(mspId, outcome);
      else {
        failed.add(mspId);
        details.push(
          outcome.isOk ? { address, mspId, message: 'ProposalResponsePayloads do not match' } : outcome.detail,
        );
      }
    }
    if (layout.isDisjointFrom(failed))
      return [...collected.values()].filter(({ peer: { mspId } }) => layout.has(mspId));
  }
  throw new RpcError(
    status.ABORTED,
    'failed to collect enough transaction endorsements, see attached details for more info',
    details,
  );
}

function matches(collected: Map<string, Endorsed>, outcome: Endorsed): boolean {
  const [first] = collected.values();
  return !first || equalBytes(first.response.getPayload_asU8(), outcome.response.getPayload_asU8());
}

/** The unsigned envelope, written byte by byte around headers and payloads that signatures and hashes cover. */
function assemble(proposal: Proposal, endorsed: Endorsed[]): common.Envelope {
  const endorsements = endorsed.map(({ response }) =>
    protoField(2, response.getEndorsement()?.serializeBinary() ?? new Uint8Array(0)),
  );
  const endorsedAction = Buffer.concat([
    protoField(1, endorsed[0]?.response.getPayload_asU8() ?? new Uint8Array(0)),
    ...endorsements,
  ]);
  const actionPayload = Buffer.concat([
    protoField(1, protoField(1, proposal.inputBytes)),
    protoField(2, endorsedAction),
  ]);
  const signatureHeader = proposal.header.getSignatureHeader_asU8();
  const action = Buffer.concat([protoField(1, signatureHeader), protoField(2, actionPayload)]);
  const header = Buffer.concat([
    protoField(1, proposal.header.getChannelHeader_asU8()),
    protoField(2, signatureHeader),
  ]);
  const envelope = new common.Envelope();
  envelope.setPayload(Buffer.concat([protoField(1, header), protoField(2, protoField(1, action))]));
  return envelope;
}
