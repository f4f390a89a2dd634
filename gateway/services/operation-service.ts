import type { BatchOperation } from '@tangram/chaincode/core/batch.ts';
import type { GatewaySecrets } from '../secrets/secrets.ts';
import { gatewayErrors, problemOf } from './gateway-errors.ts';
import type { LaneWriter } from './lane/lane-writer.ts';
import { newGroup, type OperationGroup } from './lane/operation-group.ts';
import { ServiceError } from './service-error.ts';
import type { Booked, Operation, OperationOutcome, OperationService, Requester } from './types.ts';

export interface OperationServiceOptions {
  lanes: ReadonlyMap<string, LaneWriter>;
  /** Lane of operations that name none. */
  defaultLane: string;
  secrets: GatewaySecrets;
  onOutcomes?: (outcomes: OperationOutcome[]) => void;
}

/** Hands operations to their lanes' writers and answers in the order of the request. */
export function createOperationService(options: OperationServiceOptions): OperationService {
  const callerOf = createCallers(options.secrets);
  const submit = async (operations: Operation[]): Promise<OperationOutcome[]> => {
    const outcomes: OperationOutcome[] = [];
    const handedOver: Promise<void>[] = [];
    for (const [lane, places] of placesByLane(operations, options.defaultLane)) {
      const first = operations[places[0] ?? 0];
      const added = add(options, lane, {
        operations: places.map((place) => toBatchOperation(operations[place] as Operation, callerOf)),
        ...(first?.stays ? { stays: true } : {}),
      });
      handedOver.push(
        added.then((answered) => {
          places.forEach((place, index) => {
            outcomes[place] = answered[index] as OperationOutcome;
          });
        }),
      );
    }
    await Promise.all(handedOver);
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
    submitBulk: async (lane, operations, requester) => {
      const caller = callerOf(requester);
      const outcomes = await add(options, lane, {
        operations: operations.map((operation) => ({ ...operation, caller })),
        isReadElsewhere: true,
      });
      options.onOutcomes?.(outcomes);
      return outcomes;
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

/** Linked operations and the one that ends their chain. */
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

/** Adds operations to a lane's queue, all or none of them. */
function add(
  { lanes }: OperationServiceOptions,
  lane: string,
  group: Pick<OperationGroup, 'operations' | 'stays' | 'isReadElsewhere'>,
): Promise<OperationOutcome[]> {
  const { operations } = group;
  const caller = operations[0]?.caller.ref;
  if (caller === undefined) return Promise.resolve([]);
  const { promise, resolve } = Promise.withResolvers<OperationOutcome[]>();
  const writer = lanes.get(lane);
  if (writer?.tryAdd([newGroup({ ...group, caller, answer: resolve })])) return promise;
  const problem = problemOf(writer ? gatewayErrors.BUSY({ lane }) : gatewayErrors.LANE_UNKNOWN({ lane }));
  return Promise.resolve(operations.map(() => problem));
}

function toBatchOperation(
  { operation, request, requester }: Operation,
  callerOf: (requester: Requester) => BatchOperation['caller'],
): BatchOperation {
  return { operation, request: request as BatchOperation['request'], caller: callerOf(requester) };
}

const CALLERS_MAX = 10_000;

/** The ledger receives a keyed digest of who asks; those who ask ask again. */
function createCallers(secrets: GatewaySecrets): (requester: Requester) => BatchOperation['caller'] {
  const callers = new Map<string, BatchOperation['caller']>();
  return ({ kind, subject }) => {
    const name = `${kind}/${subject}`;
    const known = callers.get(name);
    if (known !== undefined) return known;
    const caller = { kind, ref: secrets.digest('caller', subject) };
    if (callers.size >= CALLERS_MAX) callers.clear();
    callers.set(name, caller);
    return caller;
  };
}

/** Places of the operations of each lane, a chain all on the lane of its first member. */
function placesByLane(operations: Operation[], defaultLane: string): Map<string, number[]> {
  const byLane = new Map<string, number[]>();
  let isContinued = false;
  let places: number[] = [];
  operations.forEach(({ lane = defaultLane, request }, place) => {
    if (!isContinued) {
      places = byLane.get(lane) ?? [];
      byLane.set(lane, places);
    }
    places.push(place);
    isContinued = request.linked === true;
  });
  return byLane;
}
