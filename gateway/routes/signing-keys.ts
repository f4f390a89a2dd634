import {
  AnnounceKeyRecovery,
  KeyRecovery,
  SetSigningKeys,
  SigningKeysResult,
  SigningKeysView,
} from '@tangram/chaincode/accounts/schemas.ts';
import { bookedAnswer, type Route, route } from './route.ts';
import { AccountId, ClientId, fields, Position, SIGNATURE_ERRORS } from './schemas.ts';

const tag = 'accounts';
const AccountParams = fields({ accountId: AccountId });
const KEY = { algorithm: 'Ed25519', publicKey: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' };
const KeysAnswer = fields({ ...SigningKeysResult.properties, ...Position });
const ACCOUNT_ERRORS = ['AUTH_ACCOUNT_NOT_YOURS', 'ACCOUNTS_ACCOUNT_NOT_FOUND', 'ACCOUNTS_ACCOUNT_CLOSED'];

const getSigningKeys = route({
  method: 'GET',
  path: '/v1/accounts/{accountId}/signing-keys',
  operationId: 'getSigningKeys',
  tag,
  summary: 'Read the keys with which an account’s customer signs',
  description: 'None where debits need no signature. Keys are public on the channel.',
  roles: ['customer', 'operator'],
  at: 'bank',
  params: AccountParams,
  success: { status: 200, description: 'The keys, and the last recovery.', schema: SigningKeysView },
  errors: ['AUTH_ACCOUNT_NOT_YOURS', 'ACCOUNTS_ACCOUNT_NOT_FOUND'],
  async run({ services, access, params }) {
    await access.requireUse(params.accountId);
    return { body: await services.queries.evaluate('accounts:getSigningKeys', params) };
  },
});

const setSigningKeys = route({
  method: 'PUT',
  path: '/v1/accounts/{accountId}/signing-keys',
  operationId: 'setSigningKeys',
  tag,
  summary: 'Set the keys with which an account’s customer signs every debit',
  description:
    'All keys from now on; none lets the bank debit without signatures. Signed with a key of the account, if any.',
  roles: ['customer', 'operator'],
  at: 'bank',
  params: AccountParams,
  body: fields({
    changeId: ClientId,
    keys: SetSigningKeys.properties.keys,
    signature: SetSigningKeys.properties.signature,
  }),
  idField: 'changeId',
  success: { status: 200, description: 'Set.', schema: KeysAnswer },
  errors: [...ACCOUNT_ERRORS, 'ACCOUNTS_ACCOUNT_FROZEN', ...SIGNATURE_ERRORS, 'ACCOUNTS_SIGNING_KEY_INVALID'],
  example: { body: { changeId: 'K-1', keys: [KEY] } },
  async run({ services, requester, access, params: { accountId }, body }) {
    await access.requireUse(accountId);
    return bookedAnswer({ accountId }, await services.accounts.setSigningKeys({ ...body, accountId }, requester));
  },
});

const announceKeyRecovery = route({
  method: 'POST',
  path: '/v1/accounts/{accountId}/key-recoveries',
  operationId: 'announceKeyRecovery',
  tag,
  summary: 'Announce new keys in the place of lost ones',
  description: 'Completed seven days later at the earliest; a change of keys that the customer signs cancels it.',
  roles: ['operator'],
  at: 'bank',
  params: AccountParams,
  body: fields({ recoveryId: ClientId, keys: AnnounceKeyRecovery.properties.keys }),
  idField: 'recoveryId',
  success: { status: 201, description: 'Announced.', schema: fields({ ...KeyRecovery.properties, ...Position }) },
  errors: [...ACCOUNT_ERRORS, 'ACCOUNTS_SIGNING_KEYS_ABSENT', 'ACCOUNTS_SIGNING_KEY_INVALID'],
  example: { body: { recoveryId: 'KR-1', keys: [KEY] } },
  async run({ services, requester, access, params: { accountId }, body }) {
    await access.requireUse(accountId);
    return bookedAnswer({ accountId }, await services.accounts.announceKeyRecovery({ ...body, accountId }, requester));
  },
});

const completeKeyRecovery = route({
  method: 'POST',
  path: '/v1/accounts/{accountId}/key-recoveries/{recoveryId}/complete',
  operationId: 'completeKeyRecovery',
  tag,
  summary: 'Put the announced keys in force',
  roles: ['operator'],
  at: 'bank',
  params: fields({ accountId: AccountId, recoveryId: ClientId }),
  success: { status: 200, description: 'The announced keys are in force.', schema: KeysAnswer },
  errors: [...ACCOUNT_ERRORS, 'ACCOUNTS_KEY_RECOVERY_NOT_ANNOUNCED', 'ACCOUNTS_KEY_RECOVERY_TOO_EARLY'],
  async run({ services, requester, access, params }) {
    await access.requireUse(params.accountId);
    return bookedAnswer(
      { accountId: params.accountId },
      await services.accounts.completeKeyRecovery(params, requester),
    );
  },
});

export const signingKeyRoutes: Route[] = [getSigningKeys, setSigningKeys, announceKeyRecovery, completeKeyRecovery];
