import { type AnyOperation, defineOperation } from '../core/operation.ts';
import { getSigningKeys } from './get-signing-keys.ts';
import { announceKeyRecovery, completeKeyRecovery } from './recover-keys.ts';
import {
  AccountReference,
  AnnounceKeyRecovery,
  CompleteKeyRecovery,
  KeyRecovery,
  SetSigningKeys,
  SigningKeysResult,
  SigningKeysView,
} from './schemas.ts';
import { setSigningKeys } from './set-signing-keys.ts';
import { claimedSignature } from './signatures.ts';
import { signingKeysText } from './signing-texts.ts';
import { keyRecoveries } from './store.ts';

const recoveryRow = ({ accountId }: AccountReference) => ({ own: [keyRecoveries.key(accountId)] });

/** Operations on the keys with which customers sign. */
export const signingOperations: readonly AnyOperation[] = [
  defineOperation({
    name: 'accounts:setSigningKeys',
    kind: 'submit',
    lanes: ['bank'],
    roles: ['customer', 'operator'],
    request: SetSigningKeys,
    result: SigningKeysResult,
    run: setSigningKeys,
    onceOnly: { scope: 'key-change', id: (request) => request.changeId, ignore: ['signature'] },
    reads: recoveryRow,
    signature: (ledger, request) => claimedSignature(ledger, request.accountId, { request, text: signingKeysText }),
  }),
  defineOperation({
    name: 'accounts:announceKeyRecovery',
    kind: 'submit',
    lanes: ['bank'],
    roles: ['operator'],
    request: AnnounceKeyRecovery,
    result: KeyRecovery,
    run: announceKeyRecovery,
    onceOnly: { scope: 'key-recovery', id: (request) => request.recoveryId },
  }),
  defineOperation({
    name: 'accounts:completeKeyRecovery',
    kind: 'submit',
    lanes: ['bank'],
    roles: ['operator'],
    request: CompleteKeyRecovery,
    result: SigningKeysResult,
    run: completeKeyRecovery,
    onceOnly: { scope: 'key-recovery-end', id: (request) => request.recoveryId },
    reads: recoveryRow,
  }),
  defineOperation({
    name: 'accounts:getSigningKeys',
    kind: 'query',
    lanes: ['bank'],
    roles: ['customer', 'operator', 'system'],
    request: AccountReference,
    result: SigningKeysView,
    run: getSigningKeys,
  }),
];
