import { Directories, readDirectory } from './book/foreign-directory.ts';
import { LaneMemory } from './book/lane-memory.ts';
import type { Clock } from './clock.ts';
import { errors } from './core-errors.ts';
import { runDirect, runQuery } from './direct.ts';
import { laneOperations } from './lane-operations.ts';
import { readRows } from './lane-read.ts';
import { submitBatch } from './lane-submit.ts';
import type { AnyOperation } from './operation.ts';
import { OperationTable } from './operation-table.ts';
import type { Peer } from './peer.ts';
import type { VerifySignatures } from './signatures.ts';
import { rememberVerdicts } from './verdict-memory.ts';
import { verifyHere } from './verify-signature.ts';

/** The whole chaincode without Fabric: function name and JSON argument in, JSON out, DomainError on refusal. */
export type Dispatch = (peer: Peer, operation: string, argument: string) => Promise<string>;

/** Functions of the lane that are no operations of the table. */
export const LANE_FUNCTIONS = ['lane:submit', 'lane:read', 'lane:readDirectory'] as const;

/** Names of every function that can be called from outside. */
export function functionNames(operations: readonly AnyOperation[]): string[] {
  const callable = [...laneOperations, ...operations].filter(({ kind }) => kind !== 'submit');
  return [...LANE_FUNCTIONS, ...callable.map(({ name }) => name)];
}

/** The table of the modules' operations and the lane's own. */
export function createTable(operations: readonly AnyOperation[]): OperationTable {
  return new OperationTable([...laneOperations, ...operations]);
}

/** Customers' signatures are verified here, unless the host has workers for them. */
export function createDispatch(
  operations: readonly AnyOperation[],
  clock: Clock,
  verifySignatures: VerifySignatures = verifyHere,
): Dispatch {
  const table = createTable(operations);
  const verify = rememberVerdicts(verifySignatures);
  const memories = new Map<string, LaneMemory>();
  const directories = new Map<string, Directories>();
  return async (peer, operation, argument) => {
    const lane = `${peer.channel}/${peer.namespace}`;
    const memory = memories.get(lane) ?? new LaneMemory(table, peer.namespace);
    memories.set(lane, memory);
    const known = directories.get(peer.channel) ?? new Directories();
    directories.set(peer.channel, known);
    if (operation === 'lane:submit')
      return JSON.stringify(await submitBatch(peer, table, { argument, clock, memory, directories: known, verify }));
    if (operation === 'lane:read') return readRows(peer, argument);
    if (operation === 'lane:readDirectory') return readDirectory(peer, argument);
    switch (table.find(operation)?.operation.kind) {
      case 'query':
        return runQuery(peer, table, { operation, argument, memory });
      case 'direct':
      case 'deposit':
        return runDirect(peer, table, { operation, argument, memory, clock });
      default:
        throw errors.OPERATION_UNKNOWN({ operation });
    }
  };
}
