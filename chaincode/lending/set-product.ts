import type { Ledger } from '../core/ledger.ts';
import { minorUnitExponent } from '../core/money.ts';
import { errors } from './errors.ts';
import { scaledRate } from './servicing/loan.ts';
import type { LoanProduct } from './servicing/product-schemas.ts';
import { getCalendar } from './set-calendar.ts';
import { products } from './store.ts';

/**
 * Admits a version of a loan product, which never changes. Refuses, in order: CORE_CURRENCY_UNKNOWN, PRODUCT_INVALID,
 * BALLOON_MISSING, BALLOON_NOT_APPLICABLE, GRACE_TOO_LONG, CALENDAR_NOT_FOUND.
 */
export function setProduct(ledger: Ledger, request: LoanProduct): LoanProduct {
  const { productId } = request;
  minorUnitExponent(request.currency);
  const bounds = {
    instalments: [BigInt(request.leastInstalments), BigInt(request.mostInstalments)],
    principal: [BigInt(request.leastPrincipal), BigInt(request.mostPrincipal)],
    rate: [scaledRate(request.lowestRate), scaledRate(request.highestRate)],
  } as const;
  for (const [field, [least, most]] of Object.entries(bounds)) {
    if (least > most || least < 0n) throw errors.PRODUCT_INVALID({ productId, field });
  }
  assertRepayable(request);
  if (request.calendarId !== undefined) getCalendar(ledger, { calendarId: request.calendarId });

  products.put(ledger, request);
  ledger.emit('LoanProductSet', { productId, version: request.version, currency: request.currency });
  return request;
}

/** Terms under which no loan could be disbursed are no product. Refuses, in order: BALLOON_MISSING, BALLOON_NOT_APPLICABLE, GRACE_TOO_LONG. */
function assertRepayable({ method, balloonShare, graceInstalments = 0, leastInstalments }: LoanProduct): void {
  if (method === 'balloon' && balloonShare === undefined) throw errors.BALLOON_MISSING();
  if (method !== 'balloon' && balloonShare !== undefined) throw errors.BALLOON_NOT_APPLICABLE({ method });
  if (graceInstalments >= leastInstalments) {
    throw errors.GRACE_TOO_LONG({ graceInstalments, instalments: leastInstalments });
  }
}
