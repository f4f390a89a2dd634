import { Consent, GiveConsent, Purpose } from '@tangram/chaincode/credit/schemas.ts';
import { Type } from 'typebox';
import { errors } from '../plugins/errors.ts';
import { creditDataRoutes } from './credit-data.ts';
import { creditModelRoutes } from './credit-models.ts';
import { creditScoreRoutes } from './credit-scores.ts';
import { creditShareRoutes } from './credit-shares.ts';
import { bookedAnswer, type Route, route } from './route.ts';
import { AccountId, ClientId, fields, Position } from './schemas.ts';

const tag = 'credit';
const SIGNATURE_ERRORS = ['ACCOUNTS_SIGNATURE_MISSING', 'ACCOUNTS_SIGNATURE_KEY_UNKNOWN', 'ACCOUNTS_SIGNATURE_INVALID'];
const ConsentAnswer = Type.Object({ ...Consent.properties, ...Position }, { additionalProperties: true });
const exampleConsent = {
  consentId: 'C-1',
  subjectId: 'cedar-teashop',
  grantee: 'maple',
  purpose: 'CREDIT_DECISION' as const,
  fields: ['tax.turnover', 'cashFlow.currentAccount'],
  expiresAt: '2027-01-31T00:00:00Z',
};

const giveConsent = route({
  method: 'POST',
  path: '/v1/credit/consents',
  operationId: 'giveConsent',
  tag,
  summary: 'Let a bank read fields of a subject’s credit data',
  description:
    'Signed with a key of the subject’s account where it has keys. Without a key it stands as attested by the bank, ' +
    'and shares nothing with another bank. What is signed: docs/guides/credit.md.',
  roles: ['customer', 'operator'],
  at: 'bank',
  body: GiveConsent,
  idField: 'consentId',
  success: { status: 201, description: 'Recorded.', schema: ConsentAnswer },
  errors: [
    'AUTH_ACCOUNT_NOT_YOURS',
    'CREDIT_SUBJECT_NOT_HERE',
    'CREDIT_SUBJECT_ERASED',
    'CREDIT_FIELD_UNKNOWN',
    'CREDIT_CONSENT_PERIOD_INVALID',
    ...SIGNATURE_ERRORS,
  ],
  example: { body: exampleConsent },
  async run({ services, access, requester, body }) {
    await access.requireUse(body.subjectId);
    const request = { ...body };
    const booked = await services.operations.submitOne({ operation: 'credit:giveConsent', request, requester });
    return bookedAnswer({ consentId: body.consentId }, booked);
  },
});

const ConsentParams = fields({ subjectId: AccountId, consentId: ClientId });

const getConsent = route({
  method: 'GET',
  path: '/v1/credit/subjects/{subjectId}/consents/{consentId}',
  operationId: 'getConsent',
  tag,
  summary: 'Read a consent, as its subject’s home bank has it',
  roles: ['customer', 'operator', 'regulator'],
  params: ConsentParams,
  success: { status: 200, description: 'The consent.', schema: Consent },
  errors: ['AUTH_ACCOUNT_NOT_YOURS', 'CREDIT_CONSENT_NOT_FOUND'],
  async run({ services, access, organization, params: { subjectId, consentId } }) {
    const consent = await services.credit.getConsent({ subjectId, consentId });
    // Consents are public on the channel; at this gateway they are for those whom they concern.
    if (consent.grantee !== organization || !access.isStaff) await access.requireSight(subjectId);
    return { body: consent };
  },
});

const revokeConsent = route({
  method: 'POST',
  path: '/v1/credit/subjects/{subjectId}/consents/{consentId}/revoke',
  operationId: 'revokeConsent',
  tag,
  summary: 'End a consent at once and for good',
  roles: ['customer', 'operator'],
  at: 'bank',
  params: ConsentParams,
  success: { status: 200, description: 'Revoked.', schema: ConsentAnswer },
  errors: ['AUTH_ACCOUNT_NOT_YOURS', 'CREDIT_CONSENT_NOT_FOUND', 'CREDIT_CONSENT_REVOKED'],
  async run({ services, access, requester, params: { subjectId, consentId } }) {
    await access.requireUse(subjectId);
    await services.credit.getConsent({ subjectId, consentId });
    const request = { consentId };
    const booked = await services.operations.submitOne({ operation: 'credit:revokeConsent', request, requester });
    return bookedAnswer({ consentId }, booked);
  },
});

const Access = Type.Object(
  {
    accessNumber: Type.Integer(),
    reader: Type.String(),
    kind: Type.String(),
    reference: Type.String(),
    consentId: ClientId,
    purpose: Purpose,
    fields: Type.Array(Type.String()),
    accessedAt: Type.String(),
  },
  { additionalProperties: true },
);

const listAccesses = route({
  method: 'GET',
  path: '/v1/credit/subjects/{subjectId}/accesses',
  operationId: 'listCreditAccesses',
  tag,
  summary: 'List every read and share of a subject’s data at a bank, oldest first',
  roles: ['customer', 'operator', 'regulator'],
  params: fields({ subjectId: AccountId }),
  query: fields({
    bank: Type.Optional(
      Type.String({ pattern: '^[a-z][a-z0-9]{0,31}$', description: 'Holder; the home bank if absent.' }),
    ),
    from: Type.Optional(Type.String({ pattern: '^[1-9][0-9]{0,8}$', description: 'Number of the first one.' })),
  }),
  success: {
    status: 200,
    description: 'At most a hundred, and how many there are.',
    schema: fields({ accesses: Type.Array(Access), accessCount: Type.Integer() }),
  },
  errors: ['AUTH_ACCOUNT_NOT_YOURS', 'API_BANK_UNKNOWN'],
  async run({ services, access, banks, params: { subjectId }, query }) {
    await access.requireSight(subjectId);
    const bank = query.bank ?? subjectId.slice(0, subjectId.indexOf('-'));
    if (!banks.includes(bank)) throw errors.BANK_UNKNOWN({ bank });
    const request = { subjectId, from: Number.parseInt(query.from ?? '1', 10) };
    return { body: await services.queries.evaluate('credit:listAccesses', request, bank) };
  },
});

export const creditRoutes: Route[] = [
  giveConsent,
  getConsent,
  revokeConsent,
  ...creditDataRoutes,
  ...creditShareRoutes,
  ...creditScoreRoutes,
  listAccesses,
  ...creditModelRoutes,
];
