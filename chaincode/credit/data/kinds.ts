import { checker } from '../../core/schema.ts';
import { type CreditRecord, type Field, type Kind, schemaOf } from './fields.ts';

const text = (mostCharacters: number): Field => ({ type: 'text', mostCharacters });
const oneOf = (...categories: string[]): Field => ({ type: 'category', categories });
const count = (...bounds: number[]): Field => ({ type: 'count', ...(bounds.length > 0 ? { bounds } : {}) });
const amount = (...bounds: string[]): Field => ({ type: 'amount', ...(bounds.length > 0 ? { bounds } : {}) });
const date: Field = { type: 'date' };
const currency: Field = { type: 'currency' };

// Minor units: 100,000 / 500,000 / 1 / 5 / 20 million of a currency with two decimals.
const turnover = ['10000000', '50000000', '100000000', '500000000', '2000000000'];
const positive = ['1'];

/** Every kind of credit data that may be deposited, in its present version. */
export const kinds: Readonly<Record<string, Kind>> = {
  profile: {
    schemaVersion: 1,
    fields: {
      legalName: text(140),
      registrationNumber: text(40),
      industry: text(80),
      foundedOn: date,
      employees: count(10, 50, 250),
      tenure: oneOf('NONE', 'BELOW_1', 'FROM_1', 'FROM_4', 'FROM_7'),
      addressYears: count(),
      property: oneOf('REAL_ESTATE', 'INSURANCE', 'OTHER', 'NONE'),
      premises: oneOf('OWN', 'RENT', 'FREE'),
      occupation: oneOf('NONE', 'UNSKILLED', 'SKILLED', 'INDEPENDENT'),
    },
  },
  tax: {
    schemaVersion: 1,
    fields: {
      currency,
      year: count(),
      turnover: amount(...turnover),
      taxPaid: amount(...positive),
      taxOverdue: amount(...positive),
    },
  },
  invoices: {
    schemaVersion: 1,
    fields: {
      currency,
      months: count(),
      invoiced: amount(...turnover),
      overdue: amount(...positive),
      largestBuyerPercent: count(25, 50, 75),
    },
  },
  cashFlow: {
    schemaVersion: 1,
    fields: {
      currency,
      months: count(),
      averageInflow: amount('1000000', '5000000', '10000000', '50000000'),
      averageOutflow: amount('1000000', '5000000', '10000000', '50000000'),
      lowestBalance: amount('0', '1000000', '10000000'),
      returnedDebits: count(1, 4),
      currentAccount: oneOf('NONE', 'NEGATIVE', 'BELOW_200', 'FROM_200'),
      savings: oneOf('UNKNOWN', 'BELOW_100', 'FROM_100', 'FROM_500', 'FROM_1000'),
      instalmentRate: count(2, 3, 4),
    },
  },
  bureau: {
    schemaVersion: 1,
    fields: {
      checkedOn: date,
      defaults: count(1),
      inquiries: count(1, 4),
      creditsHere: count(1, 2, 4),
      otherPlans: oneOf('NONE', 'BANK', 'STORES'),
    },
  },
  repaymentHistory: {
    schemaVersion: 1,
    fields: {
      loansRepaid: count(1, 4),
      longestDaysPastDue: count(1, 31, 91),
      record: oneOf('NO_CREDITS', 'ALL_PAID_HERE', 'PAID_SO_FAR', 'DELAYED', 'CREDITS_ELSEWHERE'),
    },
  },
  application: {
    schemaVersion: 1,
    fields: {
      currency,
      amount: amount(),
      termMonths: count(13, 25, 37),
      purpose: oneOf(
        'NEW_VEHICLE',
        'USED_VEHICLE',
        'EQUIPMENT',
        'ELECTRONICS',
        'APPLIANCES',
        'REPAIRS',
        'EDUCATION',
        'RETRAINING',
        'BUSINESS',
        'OTHER',
      ),
      security: oneOf('NONE', 'CO_APPLICANT', 'GUARANTOR'),
    },
  },
  // What a bank states about a subject: deposited by no one, written by the scoring of this module.
  score: {
    schemaVersion: 1,
    fields: {
      score: count(400, 450, 500, 550, 600, 650),
      decision: oneOf('APPROVED', 'REFERRED', 'DECLINED'),
      reasonCodes: text(200),
      modelDigest: text(64),
      cutoffVersion: count(),
      inputDigest: text(64),
      challenger: text(400),
    },
  },
};

const checkers = new Map(Object.entries(kinds).map(([name, kind]) => [name, checker(schemaOf(kind))]));

/** A kind by its name and schema version; undefined for what is none. */
export function findKind(name: string, schemaVersion: number): Kind | undefined {
  const kind = Object.hasOwn(kinds, name) ? kinds[name] : undefined;
  return kind?.schemaVersion === schemaVersion ? kind : undefined;
}

/** A field of a kind that subjects can consent to have read; undefined for what is none. */
export function findField(name: string, field: string): Field | undefined {
  const kind = Object.hasOwn(kinds, name) ? kinds[name] : undefined;
  return kind && Object.hasOwn(kind.fields, field) ? kind.fields[field] : undefined;
}

/** True when every field of a record is known to its kind and of its type. */
export function isRecordOf(name: string, value: unknown): value is CreditRecord {
  return checkers.get(name)?.(value) ?? false;
}
