import { type Static, type TLiteral, type TUnion, Type } from 'typebox';
import { BusinessDate, strict } from '../../core/fields.ts';
import { AmountSchema } from '../../core/money.ts';
import { METHODS } from './amortise.ts';
import { ROLL_CONVENTIONS, WEEKDAYS } from './calendar.ts';
import { DAY_COUNTS } from './day-count.ts';

type LiteralsOf<Names extends readonly string[]> = { -readonly [Index in keyof Names]: TLiteral<Names[Index]> };

/** One of the names, which the description explains. */
export const choice = <const Names extends readonly string[]>(
  names: Names,
  description: string,
): TUnion<LiteralsOf<Names>> =>
  Type.Union(
    names.map((name) => Type.Literal(name)),
    { description },
  ) as unknown as TUnion<LiteralsOf<Names>>;

export const AnnualRate = Type.String({
  pattern: '^(0|[1-9][0-9]{0,1})(\\.[0-9]{1,12})?$',
  description: 'Nominal rate a year as a decimal: 0.094822 is 9.4822 %.',
});

export const DayCountName = choice(
  DAY_COUNTS,
  'Day count convention, half-open periods. ACT/ACT is ACT/ACT ISDA: days split by leap year. ' +
    'For 30E/360-ISDA the last due date is the maturity.',
);

export const ScheduleMethod = choice(
  METHODS,
  'annuity: level instalments. equalPrincipal: the same principal each time. interestOnly: all principal at the end. ' +
    'balloon: level instalments that leave `balloon` for the end. The last instalment takes what rounding leaves.',
);

export const Frequency = Type.Object(
  {
    every: Type.Integer({ minimum: 1, maximum: 366 }),
    unit: choice(['day', 'week', 'month'], 'Due dates count from the first, so the 31st comes back after February.'),
  },
  strict,
);

export const InstalmentCount = Type.Integer({ minimum: 1, maximum: 600 });

const Dates = (description: string) => Type.Array(BusinessDate, { maxItems: 1000, uniqueItems: true, description });

export const CalendarTerms = Type.Object(
  {
    weekend: Type.Array(choice(WEEKDAYS, 'Day without business.'), { maxItems: 6, uniqueItems: true }),
    holidays: Type.Optional(Dates('Days without business; a holiday wins over a working day.')),
    workingDays: Type.Optional(Dates('Days of a weekend that are worked all the same (调休).')),
  },
  strict,
);

export type CalendarTerms = Static<typeof CalendarTerms>;

export const RollConventionName = choice(
  ROLL_CONVENTIONS,
  'Where a due date goes that is no business day; following when absent. Interest counts to the day as moved.',
);

export const FeeRule = Type.Union(
  [
    Type.Object({ amount: AmountSchema }, strict),
    Type.Object({ rate: AnnualRate }, { ...strict, description: 'Part of the principal, half-even.' }),
  ],
  { description: 'A fixed amount, or a part of the principal.' },
);
export type FeeRule = Static<typeof FeeRule>;

/** How a loan is repaid; a schedule follows from these fields and nothing else. */
const scheduleTerms = {
  annualRate: AnnualRate,
  dayCount: DayCountName,
  frequency: Frequency,
  instalments: InstalmentCount,
  method: ScheduleMethod,
  balloon: Type.Optional(AmountSchema),
  graceInstalments: Type.Optional(
    Type.Integer({ minimum: 0, maximum: 599, description: 'First instalments that pay interest only.' }),
  ),
  endOfMonth: Type.Optional(
    Type.Boolean({ description: 'True: a first due date at the end of a month keeps all at the end of theirs.' }),
  ),
  calendar: Type.Optional(CalendarTerms),
  rollConvention: Type.Optional(RollConventionName),
  disbursementFee: Type.Optional(FeeRule),
  instalmentFee: Type.Optional(FeeRule),
};

export const SchedulePreviewRequest = Type.Object(
  {
    principal: AmountSchema,
    disbursementDate: BusinessDate,
    firstDueDate: BusinessDate,
    ...scheduleTerms,
  },
  strict,
);
export type SchedulePreviewRequest = Static<typeof SchedulePreviewRequest>;

export const InstalmentView = Type.Object(
  {
    dueDate: BusinessDate,
    principal: AmountSchema,
    interest: AmountSchema,
    fee: Type.Optional(AmountSchema),
    total: AmountSchema,
    balance: Type.Object(AmountSchema.properties, { ...strict, description: 'Principal left after the instalment.' }),
  },
  strict,
);
export type InstalmentView = Static<typeof InstalmentView>;

export const SchedulePreview = Type.Object(
  {
    instalments: Type.Array(InstalmentView),
    totals: Type.Object(
      { principal: AmountSchema, interest: AmountSchema, fees: AmountSchema, paidOut: AmountSchema },
      { ...strict, description: 'Fees count the one at disbursement, which paidOut is without.' },
    ),
    effectiveAnnualRate: Type.String({
      pattern: '^[0-9]+\\.[0-9]{6}$',
      description:
        'Yearly rate, compounded over ACT/365, at which all payments are worth what was paid out: fees included. ' +
        'Never the nominal annualRate.',
    }),
  },
  strict,
);
export type SchedulePreview = Static<typeof SchedulePreview>;
