import { sha256 } from '../core/canonical.ts';
import { type AnyOperation, defineOperation } from '../core/operation.ts';
import { closeAccount } from './close-account.ts';
import { deposit } from './deposit.ts';
import { depositDetails } from './deposit-details.ts';
import { freezeAccount } from './freeze-account.ts';
import { getAccount } from './get-account.ts';
import { getDetails } from './get-details.ts';
import { listEntries } from './list-entries.ts';
import { openAccount } from './open-account.ts';
import { publishProfile } from './publish-profile.ts';
import {
  AccountDetails,
  AccountReference,
  AccountView,
  CashResult,
  Deposit,
  DepositDetails,
  DepositDetailsResult,
  EntryPage,
  ListEntries,
  OpenAccount,
  Profile,
  StatusResult,
  Withdraw,
} from './schemas.ts';
import { claimedSignature } from './signatures.ts';
import { signingOperations } from './signing-operations.ts';
import { withdrawalText } from './signing-texts.ts';
import { unfreezeAccount } from './unfreeze-account.ts';
import { withdraw } from './withdraw.ts';

// Once-only ids have 36 characters at most, account ids 40.
const accountOnceId = ({ accountId }: OpenAccount) =>
  accountId.length <= 36 ? accountId : sha256(accountId).slice(0, 36);

export const accountsOperations: readonly AnyOperation[] = [
  defineOperation({
    name: 'accounts:openAccount',
    kind: 'submit',
    lanes: ['bank'],
    roles: ['operator'],
    request: OpenAccount,
    result: StatusResult,
    run: openAccount,
    // Which page the details came in is chance: who asks again may find them in another.
    onceOnly: { scope: 'account', id: accountOnceId, ignore: ['detailsPage'] },
  }),
  defineOperation({
    name: 'accounts:freezeAccount',
    kind: 'submit',
    lanes: ['bank'],
    roles: ['operator'],
    request: AccountReference,
    result: StatusResult,
    run: freezeAccount,
  }),
  defineOperation({
    name: 'accounts:unfreezeAccount',
    kind: 'submit',
    lanes: ['bank'],
    roles: ['operator'],
    request: AccountReference,
    result: StatusResult,
    run: unfreezeAccount,
  }),
  defineOperation({
    name: 'accounts:closeAccount',
    kind: 'submit',
    lanes: ['bank'],
    roles: ['operator'],
    request: AccountReference,
    result: StatusResult,
    run: closeAccount,
  }),
  defineOperation({
    name: 'accounts:deposit',
    kind: 'submit',
    lanes: ['bank'],
    roles: ['operator'],
    request: Deposit,
    result: CashResult,
    run: deposit,
    onceOnly: { scope: 'deposit', id: (request) => request.depositId },
  }),
  defineOperation({
    name: 'accounts:withdraw',
    kind: 'submit',
    lanes: ['bank'],
    roles: ['operator'],
    request: Withdraw,
    result: CashResult,
    run: withdraw,
    onceOnly: { scope: 'withdrawal', id: (request) => request.withdrawalId, ignore: ['signature'] },
    signature: (ledger, request) => claimedSignature(ledger, request.accountId, { request, text: withdrawalText }),
  }),
  ...signingOperations,
  defineOperation({
    name: 'accounts:publishProfile',
    kind: 'submit',
    lanes: ['bank'],
    roles: ['operator', 'system'],
    request: Profile,
    result: Profile,
    run: publishProfile,
  }),
  defineOperation({
    name: 'accounts:depositDetails',
    kind: 'deposit',
    lanes: ['bank'],
    roles: ['operator'],
    request: DepositDetails,
    result: DepositDetailsResult,
    run: depositDetails,
  }),
  defineOperation({
    name: 'accounts:getAccount',
    kind: 'query',
    lanes: ['bank'],
    roles: ['customer', 'operator', 'system'],
    request: AccountReference,
    result: AccountView,
    run: getAccount,
  }),
  defineOperation({
    name: 'accounts:getDetails',
    kind: 'query',
    lanes: ['bank'],
    roles: ['customer', 'operator', 'system'],
    members: 'owner',
    request: AccountReference,
    result: AccountDetails,
    run: getDetails,
  }),
  defineOperation({
    name: 'accounts:listEntries',
    kind: 'query',
    lanes: ['bank'],
    roles: ['customer', 'operator', 'system'],
    request: ListEntries,
    result: EntryPage,
    run: listEntries,
  }),
];
