import { type Static, Type } from 'typebox';
import { BusinessDate, CurrencyCode, MinorUnits, strict } from '../../core/fields.ts';
import { MATCHING_RULES } from '../funding/match-offers.ts';
import {
  AnnualRate,
  CalendarTerms,
  choice,
  DayCountName,
  FeeRule,
  Frequency,
  RollConventionName,
  ScheduleMethod,
} from '../schedule/schemas.ts';
import { PREPAYMENT_RULES, WATERFALL_STEPS } from './loan.ts';

export const ProductId = Type.String({ pattern: '^[A-Za-z0-9-]{1,24}$' });
export const ProductVersion = Type.Integer({ minimum: 1, maximum: 9999 });
export const CalendarId = Type.String({ pattern: '^[A-Za-z0-9-]{1,24}$', description: 'Name of a calendar.' });
export const RateId = Type.String({ pattern: '^[A-Za-z0-9-]{1,24}$', description: 'Name of a reference rate.' });

export const MatchingRuleName = choice(
  MATCHING_RULES,
  'Only offers whose least rate is at most highestRate count. proRata: all in proportion to their amounts, at ' +
    'highestRate. lowestRateFirst: the cheapest first, earlier before later, all at the rate of the dearest taken.',
);

/** What the consortium admits as a loan. A version never changes; loans keep the terms of theirs. */
export const LoanProduct = Type.Object(
  {
    productId: ProductId,
    version: ProductVersion,
    currency: CurrencyCode,
    method: ScheduleMethod,
    dayCount: DayCountName,
    frequency: Frequency,
    leastInstalments: Type.Integer({ minimum: 1, maximum: 600 }),
    mostInstalments: Type.Integer({ minimum: 1, maximum: 600 }),
    leastPrincipal: MinorUnits,
    mostPrincipal: MinorUnits,
    lowestRate: AnnualRate,
    highestRate: AnnualRate,
    referenceRateId: Type.Optional(
      Type.String({
        ...RateId,
        description: 'Floating: the rates of the product, its requests and offers are margins.',
      }),
    ),
    balloonShare: Type.Optional(
      Type.String({ ...AnnualRate, description: 'Part of the principal that method balloon leaves for the end.' }),
    ),
    graceInstalments: Type.Optional(Type.Integer({ minimum: 0, maximum: 599 })),
    endOfMonth: Type.Optional(Type.Boolean()),
    calendarId: Type.Optional(
      Type.String({
        ...CalendarId,
        description: 'Due dates are adjusted to its latest version on the day they are set; a loan then keeps them.',
      }),
    ),
    rollConvention: Type.Optional(RollConventionName),
    disbursementFee: Type.Optional(FeeRule),
    instalmentFee: Type.Optional(FeeRule),
    penaltyRate: Type.String({ ...AnnualRate, description: 'Yearly, on overdue principal and interest.' }),
    penaltyGraceDays: Type.Integer({ minimum: 0, maximum: 90 }),
    prepayment: choice(PREPAYMENT_RULES, 'What principal paid in advance changes.'),
    waterfall: Type.Array(choice(WATERFALL_STEPS, 'A step of the order in which a repayment is spent.'), {
      minItems: WATERFALL_STEPS.length,
      maxItems: WATERFALL_STEPS.length,
      uniqueItems: true,
      description: 'All twelve steps; within each the oldest instalment first.',
    }),
    requiresScore: Type.Optional(Type.Boolean({ description: 'True: a request must prove that a score approved it.' })),
    scoreValidDays: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 366,
        description: 'For how many days of 24 hours a score counts; 30 when absent.',
      }),
    ),
    nonAccrualDays: Type.Integer({ minimum: 1, maximum: 3650, description: 'Days past due that stop income.' }),
    chargeOffDays: Type.Integer({ minimum: 1, maximum: 3650, description: 'Days past due that allow a write-off.' }),
  },
  strict,
);
export type LoanProduct = Static<typeof LoanProduct>;

/** `calendar/<id>`: which days are not for business, as of its latest version. */
export const LoanCalendar = Type.Object(
  { calendarId: CalendarId, version: ProductVersion, ...CalendarTerms.properties },
  strict,
);
export type LoanCalendar = Static<typeof LoanCalendar>;

/** `reference-rate/<id>`: the fixing that holds until the next one. */
export const ReferenceRate = Type.Object({ rateId: RateId, fixingDate: BusinessDate, annualRate: AnnualRate }, strict);
export type ReferenceRate = Static<typeof ReferenceRate>;
