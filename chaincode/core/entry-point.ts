import { errors } from './core-errors.ts';
import { namespaceOwner } from './names.ts';
import type { AnyOperation } from './operation.ts';
import type { Peer } from './peer.ts';

/** True when the proposal's creator may call a query, direct operation or deposit; a deposit only the owner unless said. */
export function memberMayCall({ kind, members }: AnyOperation, peer: Peer): boolean {
  if ((members ?? (kind === 'deposit' ? 'owner' : 'all')) === 'all') return true;
  return namespaceOwner(peer.namespace)?.mspId === peer.creatorMspId;
}

/**
 * A ledger transaction that writes must have entered where its signer meant it to: at this namespace and operation,
 * or at the one operation that may call it. Refuses: CORE_ENTRY_POINT_REFUSED.
 */
export function assertEntryPoint(peer: Peer, operation: string, calledFrom: AnyOperation['calledFrom']): void {
  const allowed = calledFrom ?? { namespace: peer.namespace, operation };
  const { chaincode, operation: entered } = peer.entryPoint();
  if (chaincode !== allowed.namespace || entered !== allowed.operation) {
    throw errors.ENTRY_POINT_REFUSED({ operation, entryPoint: `${chaincode} ${entered}` });
  }
}
