import type { GatewaySecrets } from '../secrets/secrets.ts';
import { gatewayErrors, problemOf } from './gateway-errors.ts';
import type { LaneWriter } from './lane/lane-writer.ts';
import type { OperationGroup } from './lane/operation-queue.ts';
import { ServiceError } from './service-error.ts';
import type { Booked, Operation, OperationOutcome, OperationProblem, OperationService } from './types.ts';

export interface OperationServiceOptions {
  lanes: ReadonlyMap<string, LaneWriter>;
  /** Lane of operations that name none. */
  defaultLane: string;
  secrets: GatewaySecrets;
  onOutcomes?: (outcomes: OperationOutcome[]) => void;
}

/** Hands operations to their lanes' writers and answers in the order of the request. */
export function createOperationService(options: OperationServiceOptions): OperationService {
  const submit = async (operations: Operation[]): Promise<OperationOutcome[]> => {
    const refs = new Map<string, string>();
    const chains = splitChains(operations);
    const waiting = chains.map((chain) => prepare(options, chain, refs));
    for (const [lane, group] of groupByLane(options, chains, waiting)) {
      const writer = options.lanes.get(lane);
      if (!writer) {
        answerAll(group, problemOf(gatewayErrors.LANE_UNKNOWN({ lane })));
      } else if (!writer.tryAdd(group)) {
        answerAll(group, problemOf(gatewayErrors.BUSY({ lane })));
      }
    }
    const outcomes = (await Promise.all(waiting.map((chain) => chain.outcomes))).flat();
    options.onOutcomes?.(outcomes);
    return outcomes;
  };
  return {
    submit,
    submitOne: async <Result>(operation: Operation) => {
      const [outcome] = await submit([operation]);
      if (!outcome) throw new Error('an operation has one outcome');
      return bookedOrThrow(outcome) as Booked<Result>;
    },
  };
}

/** The accepted or replayed outcome. Throws ServiceError when it is refused, failed or unknown. */
export function bookedOrThrow(outcome: OperationOutcome): Booked {
  if (outcome.outcome === 'accepted' || outcome.outcome === 'replayed') {
    const { result, transactionId, blockNumber } = outcome;
    return { result, transactionId, blockNumber, replayed: outcome.outcome === 'replayed' };
  }
  throw new ServiceError(outcome);
}

/** Linked operations and the one that ends their chain; a chain must not be cut by a batch's limit. */
export function splitChains<Member extends { request: { linked?: unknown } }>(operations: Member[]): Member[][] {
  const chains: Member[][] = [];
  let chain: Member[] = [];
  for (const operation of operations) {
    chain.push(operation);
    if (operation.request.linked === true) continue;
    chains.push(chain);
    chain = [];
  }
  if (chain.length > 0) chains.push(chain);
  return chains;
}

interface Waiting {
  group: OperationGroup;
  outcomes: Promise<OperationOutcome[]>;
}

function prepare(options: OperationServiceOptions, chain: Operation[], refs: Map<string, string>): Waiting {
  const texts = chain.map(({ operation, request, requester }) => {
    const ref = refs.get(requester.subject) ?? options.secrets.digest('caller', requester.subject);
    refs.set(requester.subject, ref);
    return JSON.stringify({ operation, request, caller: { kind: requester.kind, ref } });
  });
  const { promise, resolve } = Promise.withResolvers<OperationOutcome[]>();
  const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text) + 1, 0);
  const stays = chain.some((operation) => operation.stays);
  return { group: { texts, bytes, answer: resolve, ...(stays ? { stays } : {}) }, outcomes: promise };
}

function groupByLane(
  options: OperationServiceOptions,
  chains: Operation[][],
  waiting: Waiting[],
): Map<string, OperationGroup[]> {
  const byLane = new Map<string, OperationGroup[]>();
  waiting.forEach(({ group }, index) => {
    const lane = chains[index]?.[0]?.lane ?? options.defaultLane;
    const groups = byLane.get(lane);
    if (groups) groups.push(group);
    else byLane.set(lane, [group]);
  });
  return byLane;
}

function answerAll(groups: OperationGroup[], problem: OperationProblem): void {
  for (const group of groups) group.answer(group.texts.map(() => problem));
}
