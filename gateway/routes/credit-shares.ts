import { DataRequest, ErasureCertificate, Holding } from '@tangram/chaincode/credit/schemas.ts';
import { Type } from 'typebox';
import { CONSENT_ERRORS } from './credit-data.ts';
import { bookedAnswer, type Route, route } from './route.ts';
import { AccountId, BankName, ClientId, fields, Position } from './schemas.ts';

const tag = 'credit';
const ConsentUse = { consentId: ClientId, subjectId: AccountId };

const requestData = route({
  method: 'POST',
  path: '/v1/credit/requests',
  operationId: 'requestCreditData',
  tag,
  summary: 'Ask the home bank for what a consent covers',
  description: 'Publishes a key made for this subject alone: what is shared can be forgotten with it.',
  roles: ['operator'],
  at: 'bank',
  body: fields(ConsentUse),
  success: {
    status: 201,
    description: 'Asked.',
    schema: Type.Object({ ...DataRequest.properties, ...Position }, { additionalProperties: true }),
  },
  errors: [...CONSENT_ERRORS.slice(0, 5), 'CREDIT_CONSENT_ATTESTED_ONLY'],
  example: { body: { consentId: 'C-1', subjectId: 'cedar-teashop' } },
  async run({ services, requester, body }) {
    return bookedAnswer({ consentId: body.consentId }, await services.credit.requestData(body, requester));
  },
});

const sendShares = route({
  method: 'POST',
  path: '/v1/credit/shares',
  operationId: 'shareCreditData',
  tag,
  summary: 'Share what a consent covers with the bank that it names',
  description:
    'At the home bank: each field is opened and deposited, sealed, in the other bank’s private collection, after an ' +
    'access was recorded. The other bank’s chaincode checks each against this bank’s commitment.',
  roles: ['operator'],
  at: 'bank',
  body: fields({ shareId: ClientId, ...ConsentUse }),
  idField: 'shareId',
  success: {
    status: 201,
    description: 'Deposited; the other bank receives them.',
    schema: fields({
      shareId: ClientId,
      shared: Type.Array(fields({ kind: Type.String(), version: Type.Integer(), accessNumber: Type.Integer() })),
    }),
  },
  errors: [
    'AUTH_ACCOUNT_NOT_YOURS',
    ...CONSENT_ERRORS,
    'CREDIT_CONSENT_ATTESTED_ONLY',
    'CREDIT_REQUEST_NOT_FOUND',
    'CREDIT_ACCESS_NOT_RECORDED',
    'CREDIT_ACCESS_EXPIRED',
    'CREDIT_VERSION_STALE',
    'CREDIT_DISCLOSURE_INVALID',
  ],
  example: { body: { shareId: 'S-1', consentId: 'C-1', subjectId: 'cedar-teashop' } },
  async run({ services, access, requester, body }) {
    await access.requireUse(body.subjectId);
    return { body: { shareId: body.shareId, shared: await services.credit.sendShares(body, requester) } };
  },
});

const receiveShares = route({
  method: 'POST',
  path: '/v1/credit/receipts',
  operationId: 'receiveCreditData',
  tag,
  summary: 'Record what the home bank has shared with this bank',
  roles: ['operator'],
  at: 'bank',
  body: fields(ConsentUse),
  success: {
    status: 201,
    description: 'What is held now.',
    schema: fields({ consentId: ClientId, holdings: Type.Array(Type.Object(Holding.properties)) }),
  },
  errors: [
    ...CONSENT_ERRORS.slice(0, 5),
    'CREDIT_CONSENT_ATTESTED_ONLY',
    'CREDIT_ACCESS_EXPIRED',
    'CREDIT_VERSION_STALE',
    'CREDIT_NOT_DEPOSITED',
  ],
  async run({ services, requester, body }) {
    return { body: { consentId: body.consentId, holdings: await services.credit.receiveShares(body, requester) } };
  },
});

const eraseSubject = route({
  method: 'POST',
  path: '/v1/credit/erasures',
  operationId: 'eraseSubject',
  tag,
  summary: 'Forget a subject’s credit data',
  description:
    'At the home bank: stops all use at once, and purges every bank’s copy. Destroys this bank’s key of the subject ' +
    'and certifies that nothing is left. Another bank’s gateway does the same for its own copy.',
  roles: ['customer', 'operator'],
  at: 'bank',
  body: fields({ erasureId: ClientId, subjectId: AccountId }),
  idField: 'erasureId',
  success: {
    status: 201,
    description: 'Erased here; banks that could not be reached are named, and the same request tries them again.',
    schema: Type.Object(
      {
        erasureId: ClientId,
        ...ErasureCertificate.properties,
        purgedAt: Type.Array(BankName),
        pending: Type.Array(BankName),
        ...Position,
      },
      { additionalProperties: true },
    ),
  },
  errors: ['AUTH_ACCOUNT_NOT_YOURS', 'CREDIT_ERASURE_NOT_ORDERED', 'CREDIT_ERASURE_INCOMPLETE'],
  example: { body: { erasureId: 'E-1', subjectId: 'cedar-teashop' } },
  async run({ services, access, requester, body: { erasureId, subjectId } }) {
    // Staff of another bank forget its copy, once the home bank has ordered it.
    if (!access.isStaff) await access.requireUse(subjectId);
    const { booked, purgedAt, pending } = await services.credit.erase({ erasureId, subjectId }, requester);
    const answer = bookedAnswer({ erasureId }, booked as never);
    return { ...answer, body: { ...(answer.body as object), purgedAt, pending } };
  },
});

const getErasure = route({
  method: 'GET',
  path: '/v1/credit/subjects/{subjectId}/erasure',
  operationId: 'getErasure',
  tag,
  summary: 'Read this bank’s certificate that a subject’s data is erased',
  roles: ['customer', 'operator', 'regulator'],
  at: 'bank',
  params: fields({ subjectId: AccountId }),
  success: { status: 200, description: 'The certificate.', schema: ErasureCertificate },
  errors: ['AUTH_ACCOUNT_NOT_YOURS', 'CREDIT_ERASURE_NOT_ORDERED'],
  async run({ services, access, params: { subjectId } }) {
    if (!access.isStaff) await access.requireSight(subjectId);
    return { body: await services.queries.evaluate('credit:getErasure', { subjectId }) };
  },
});

export const creditShareRoutes: Route[] = [requestData, sendShares, receiveShares, eraseSubject, getErasure];
