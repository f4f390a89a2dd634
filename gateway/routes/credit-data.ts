import { Disclosure } from '@tangram/chaincode/credit/index.ts';
import { FieldName, Holding, Purpose } from '@tangram/chaincode/credit/schemas.ts';
import { Type } from 'typebox';
import { bookedAnswer, type Route, route } from './route.ts';
import { AccountId, ClientId, fields, Position } from './schemas.ts';

const tag = 'credit';
const SubjectParams = fields({ subjectId: AccountId });
export const CONSENT_ERRORS = [
  'CREDIT_SUBJECT_ERASED',
  'CREDIT_CONSENT_NOT_FOUND',
  'CREDIT_CONSENT_REVOKED',
  'CREDIT_CONSENT_EXPIRED',
  'CREDIT_CONSENT_NOT_YOURS',
  'CREDIT_CONSENT_PURPOSE_DIFFERS',
  'CREDIT_CONSENT_FIELD_MISSING',
] as const;

const Value = Type.Union([Type.String({ maxLength: 500 }), Type.Integer(), Type.Null()]);

const putData = route({
  method: 'POST',
  path: '/v1/credit/subjects/{subjectId}/data',
  operationId: 'putCreditData',
  tag,
  summary: 'Deposit a version of a subject’s credit data',
  description:
    'Sealed under the subject’s key in this bank’s private collection; the ledger sees a commitment. Versions of a ' +
    'kind count up from 1, and earlier ones stay.',
  roles: ['operator'],
  at: 'bank',
  params: SubjectParams,
  body: fields({
    kind: Type.String({ pattern: '^[a-z][A-Za-z0-9]{0,39}$' }),
    version: Type.Integer({ minimum: 1, maximum: 1_000_000 }),
    record: Type.Record(Type.String(), Value),
  }),
  success: {
    status: 201,
    description: 'Deposited and recorded.',
    schema: Type.Object({ ...Holding.properties, ...Position }, { additionalProperties: true }),
  },
  errors: [
    'CREDIT_SUBJECT_NOT_HERE',
    'CREDIT_SUBJECT_ERASED',
    'CREDIT_DEPOSIT_INVALID',
    'CREDIT_ALREADY_RECORDED',
    'CREDIT_VERSION_STALE',
    'CREDIT_NOT_DEPOSITED',
  ],
  example: { body: { kind: 'tax', version: 1, record: { currency: 'CNY', year: 2025, turnover: '73000000' } } },
  async run({ services, requester, params: { subjectId }, body }) {
    return bookedAnswer({ subjectId }, await services.credit.putData({ subjectId, ...body }, requester));
  },
});

const readFields = route({
  method: 'POST',
  path: '/v1/credit/subjects/{subjectId}/readings',
  operationId: 'readCreditData',
  tag,
  summary: 'Read fields of credit data that this bank holds, under a consent',
  description:
    'The access is recorded on the ledger first, for the subject and the central bank to see. Each field comes with ' +
    'salt and path, so that anybody can check it against the public commitment.',
  roles: ['operator'],
  at: 'bank',
  params: SubjectParams,
  body: fields({
    accessId: ClientId,
    kind: Type.String({ pattern: '^[a-z][A-Za-z0-9]{0,39}$' }),
    reference: Type.String({ pattern: '^[A-Za-z0-9-]{1,36}$', description: 'Version of the data, or id of a score.' }),
    consentId: ClientId,
    purpose: Purpose,
    fields: Type.Array(FieldName, { minItems: 1, maxItems: 200 }),
  }),
  idField: 'accessId',
  success: {
    status: 200,
    description: 'The fields, opened.',
    schema: fields({
      accessId: ClientId,
      accessNumber: Type.Integer(),
      commitment: Type.String(),
      disclosures: Type.Array(Disclosure),
      bands: Type.Array(
        fields({ leaf: Type.String(), from: Type.Optional(Type.String()), below: Type.Optional(Type.String()) }),
        {
          description: 'Between which limits a figure lies whose band was read: `from` itself, and less than `below`.',
        },
      ),
    }),
  },
  errors: [
    ...CONSENT_ERRORS,
    'CREDIT_HOLDING_NOT_FOUND',
    'CREDIT_FIELD_UNKNOWN',
    'CREDIT_ACCESS_EXPIRED',
    'CREDIT_NOT_DEPOSITED',
    'CREDIT_DISCLOSURE_INVALID',
  ],
  async run({ services, organization, requester, params: { subjectId }, body }) {
    const reading = { ...body, subjectId, reader: organization };
    return { body: { accessId: body.accessId, ...(await services.credit.readFields(reading, requester)) } };
  },
});

export const creditDataRoutes: Route[] = [putData, readFields];
