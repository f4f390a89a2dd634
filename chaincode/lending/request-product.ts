import type { Ledger } from '../core/ledger.ts';
import { errors } from './errors.ts';
import type { RequestLoan } from './schemas.ts';
import { scaledRate } from './servicing/loan.ts';
import type { LoanProduct } from './servicing/product-schemas.ts';
import type { LoanRequest } from './servicing/schemas.ts';
import { products } from './store.ts';

/** The product that a request or a mandate names. Refuses: PRODUCT_NOT_FOUND. */
export function getProductOf(
  ledger: Ledger,
  { productId, productVersion: version }: Pick<RequestLoan, 'productId' | 'productVersion'>,
): LoanProduct {
  const [product] = products.findFrom(ledger, 'consortium', [[productId, String(version)]]);
  if (product === undefined) throw errors.PRODUCT_NOT_FOUND({ productId, version });
  return product;
}

/** The product of a request that was accepted, which stays for ever. */
export function productOf(ledger: Ledger, { productId, productVersion }: LoanRequest): LoanProduct {
  const [product] = products.findFrom(ledger, 'consortium', [[productId, String(productVersion)]]);
  if (product === undefined) throw new Error(`Invariant L3: product ${productId} of an accepted request is missing.`);
  return product;
}

/** Refuses, in order: AMOUNT_, INSTALMENTS_, RATE_OUTSIDE_PRODUCT. */
export function assertWithinProduct(product: LoanProduct, { amount, instalments, highestRate }: RequestLoan): void {
  const { productId, leastInstalments, mostInstalments } = product;
  const asked = BigInt(amount.amount);
  if (asked < BigInt(product.leastPrincipal) || asked > BigInt(product.mostPrincipal)) {
    const bounds = { least: product.leastPrincipal, most: product.mostPrincipal };
    throw errors.AMOUNT_OUTSIDE_PRODUCT({ productId, ...bounds, amount: amount.amount });
  }
  if (instalments < leastInstalments || instalments > mostInstalments) {
    const bounds = { least: leastInstalments, most: mostInstalments };
    throw errors.INSTALMENTS_OUTSIDE_PRODUCT({ productId, ...bounds, instalments });
  }
  assertRateWithin(product, highestRate);
}

/** A loan that is funded in part is one of the product's too. Refuses: MINIMUM_BELOW_PRODUCT. */
export function assertMinimumWithin({ productId, leastPrincipal: least }: LoanProduct, minimum: bigint): void {
  if (minimum < BigInt(least)) throw errors.MINIMUM_BELOW_PRODUCT({ productId, least, minimum: String(minimum) });
}

/** Refuses: RATE_OUTSIDE_PRODUCT. */
export function assertRateWithin({ productId, lowestRate: least, highestRate: most }: LoanProduct, rate: string): void {
  if (scaledRate(rate) < scaledRate(least) || scaledRate(rate) > scaledRate(most)) {
    throw errors.RATE_OUTSIDE_PRODUCT({ productId, least, most, rate });
  }
}
