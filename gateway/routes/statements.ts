import { randomUUID } from 'node:crypto';
import { writeStatement } from '../iso20022/statement.ts';
import { errors } from '../plugins/errors.ts';
import { withoutTexts } from './access.ts';
import { periodOf } from './parameters.ts';
import { type Route, route } from './route.ts';
import { AccountId, fields, RequiredPeriodQuery, StatementView } from './schemas.ts';

const XML = 'application/xml';

const getStatement = route({
  method: 'GET',
  path: '/v1/accounts/{accountId}/statement',
  operationId: 'getStatement',
  tag: 'accounts',
  summary: 'Read a statement: opening balance + entries = closing balance',
  description: 'Half-open period: from is in it, to is not. With `Accept: application/xml` it is a camt.053.001.08.',
  roles: ['customer', 'operator', 'regulator'],
  at: 'bank',
  params: fields({ accountId: AccountId }),
  query: fields(RequiredPeriodQuery),
  text: { response: XML },
  success: { status: 200, description: 'The statement.', schema: StatementView },
  errors: [
    'AUTH_ACCOUNT_NOT_YOURS',
    'API_TIME_INVALID',
    'API_PERIOD_INVALID',
    'API_NOT_ACCEPTABLE',
    'API_ACCOUNT_NOT_FOUND',
    'ISO20022_ACCOUNT_ID_TOO_LONG',
    'ISO20022_AMOUNT_TOO_LONG',
  ],
  async run({ services, access, params: { accountId }, query, request, now }) {
    const wantsXml = acceptsXml(request.headers.accept);
    const period = periodOf(query) as { from: string; to: string };
    await access.requireSight(accountId);
    const found = await services.readModel.statement(accountId, period);
    if (found === undefined) throw errors.ACCOUNT_NOT_FOUND({ accountId });
    const statement = access.mayReadTexts ? found : { ...found, entries: found.entries.map(withoutTexts) };
    if (!wantsXml) return { body: statement };
    const iban = access.mayReadTexts ? (await services.accounts.findDetails(accountId))?.iban : undefined;
    const messageId = randomUUID().replaceAll('-', '');
    return { body: writeStatement({ messageId, createdAt: now().toISOString(), statement, iban }), mediaType: XML };
  },
});

/** The first accepted media type that we can produce; JSON when anything goes. Refuses: NOT_ACCEPTABLE. */
function acceptsXml(accept = '*/*'): boolean {
  const ranges = accept.split(',').map((range) => {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    const quality = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2) ?? '1';
    return { type, quality: Number.parseFloat(quality) };
  });
  const usable = ranges.filter(({ type, quality }) => quality > 0 && type in PRODUCES);
  const best = usable.toSorted((left, right) => right.quality - left.quality)[0];
  if (best === undefined) throw errors.NOT_ACCEPTABLE();
  return PRODUCES[best.type] === 'xml';
}

const PRODUCES: Readonly<Record<string, 'json' | 'xml'>> = {
  'application/json': 'json',
  'application/*': 'json',
  '*/*': 'json',
  'application/xml': 'xml',
  'text/xml': 'xml',
};

export const statementRoutes: Route[] = [getStatement];
