import type { Ledger } from '../core/ledger.ts';
import { minorUnitExponent } from '../core/money.ts';
import { errors } from './errors.ts';
import { scaledRate } from './servicing/loan.ts';
import type { LoanProduct } from './servicing/schemas.ts';
import { products } from './store.ts';

/** Admits a version of a loan product, which never changes. Refuses, in order: CORE_CURRENCY_UNKNOWN, PRODUCT_INVALID. */
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

  products.put(ledger, request);
  ledger.emit('LoanProductSet', { productId, version: request.version, currency: request.currency });
  return request;
}
