import { type Static, Type } from 'typebox';
import { BusinessDate, ClientId, Instant, MinorUnits, strict } from '../../core/fields.ts';
import { AmountSchema } from '../../core/money.ts';
import { choice } from '../schedule/schemas.ts';
import { BUCKET_NAMES } from './delinquency.ts';
import { ProductId, ProductVersion } from './product-schemas.ts';
import { AmountsView, Loan } from './schemas.ts';

export const LoanReference = Type.Object({ loanId: ClientId, asOf: Type.Optional(BusinessDate) }, strict);
export type LoanReference = Static<typeof LoanReference>;

export const LoanLine = Type.Object(
  {
    dueDate: BusinessDate,
    due: Type.Object(AmountsView.properties, {
      ...strict,
      description: 'Charged; of later lines what they will be if all is paid on time.',
    }),
    unpaid: AmountsView,
  },
  strict,
);
export const LoanEntry = Type.Object(
  {
    kind: Loan.properties.events.items.properties.kind,
    id: ClientId,
    date: BusinessDate,
    bookedAt: Instant,
    amount: Type.Optional(MinorUnits),
    allocation: Type.Optional(AmountsView),
    balance: Type.String({ ...MinorUnits, description: 'Principal left after it.' }),
  },
  strict,
);

const {
  product: _product,
  events: _events,
  dueDates: _dueDates,
  lastShares: _lastShares,
  ...loanFields
} = Loan.properties;
/** A loan with what is owed on a day, its lines and its entries in the order of their dates. */
export const LoanView = Type.Object(
  {
    ...loanFields,
    productId: ProductId,
    productVersion: ProductVersion,
    asOf: BusinessDate,
    balance: AmountSchema,
    daysPastDue: Type.Integer(),
    bucket: choice(BUCKET_NAMES, 'Days past due.'),
    isNonAccrual: Type.Boolean(),
    overdue: AmountsView,
    payoff: Type.Object(AmountsView.properties, { ...strict, description: 'What ends the loan on that day.' }),
    paid: AmountsView,
    recovered: MinorUnits,
    instalments: Type.Array(LoanLine),
    entries: Type.Array(LoanEntry),
  },
  strict,
);
export type LoanView = Static<typeof LoanView>;
