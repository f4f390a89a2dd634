import { type AnyOperation, defineOperation } from '../core/operation.ts';
import { applySettlement } from './apply-settlement.ts';
import { getPosition } from './get-position.ts';
import { getSettlementAccount } from './get-settlement-account.ts';
import { issue } from './issue.ts';
import {
  ApplySettlement,
  GetPosition,
  GetSettlementAccount,
  IssueOrWithdraw,
  Limit,
  Positions,
  Settled,
  Settlement,
  SettlementAccount,
  SettlementAccountView,
  SettlePair,
} from './schemas.ts';
import { setLimit } from './set-limit.ts';
import { settlePair } from './settle-pair.ts';
import { settlementAccounts, settlementCurrencies } from './store.ts';
import { withdraw } from './withdraw.ts';

export const settlementOperations: readonly AnyOperation[] = [
  defineOperation({
    name: 'settlement:issue',
    kind: 'submit',
    lanes: ['centralbank'],
    roles: ['operator'],
    request: IssueOrWithdraw,
    result: SettlementAccount,
    run: issue,
    onceOnly: { scope: 'settlement-balance', id: (request) => request.operationId },
    reads: ({ bank, amount }) => ({
      own: [settlementAccounts.key(bank, amount.currency), settlementCurrencies.key(bank)],
    }),
  }),
  defineOperation({
    name: 'settlement:withdraw',
    kind: 'submit',
    lanes: ['centralbank'],
    roles: ['operator'],
    request: IssueOrWithdraw,
    result: SettlementAccount,
    run: withdraw,
    onceOnly: { scope: 'settlement-balance', id: (request) => request.operationId },
    reads: ({ bank, amount }) => ({
      own: [settlementAccounts.key(bank, amount.currency)],
    }),
  }),
  defineOperation({
    name: 'settlement:setLimit',
    kind: 'submit',
    lanes: ['consortium'],
    roles: ['operator'],
    request: Limit,
    result: Limit,
    run: setLimit,
  }),
  defineOperation({
    name: 'settlement:settlePair',
    kind: 'direct',
    lanes: ['centralbank'],
    roles: ['operator', 'system'],
    request: SettlePair,
    result: Settlement,
    run: settlePair,
  }),
  defineOperation({
    name: 'settlement:applySettlement',
    kind: 'direct',
    lanes: ['bank'],
    roles: [],
    calledFrom: { namespace: 'centralbank', operation: 'settlement:settlePair' },
    request: ApplySettlement,
    result: Settled,
    run: applySettlement,
  }),
  defineOperation({
    name: 'settlement:getSettlementAccount',
    kind: 'query',
    lanes: ['centralbank'],
    roles: ['customer', 'operator', 'system'],
    request: GetSettlementAccount,
    result: SettlementAccountView,
    run: getSettlementAccount,
  }),
  defineOperation({
    name: 'settlement:getPosition',
    kind: 'query',
    lanes: ['bank', 'centralbank', 'consortium'],
    roles: ['customer', 'operator', 'system'],
    request: GetPosition,
    result: Positions,
    run: getPosition,
  }),
];
