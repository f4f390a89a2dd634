import { accountRoutes } from './accounts.ts';
import { bankRoutes } from './banks.ts';
import { bulkPaymentRoutes } from './bulk-payments.ts';
import { eventRoutes } from './events.ts';
import { holdRoutes } from './holds.ts';
import { paymentInitiationRoutes } from './payment-initiations.ts';
import { paymentRoutes } from './payments.ts';
import type { Route } from './route.ts';
import { settlementRoutes } from './settlement.ts';
import { signingKeyRoutes } from './signing-keys.ts';
import { statementRoutes } from './statements.ts';

/** Every route of the API, in the order of the reference. `closing` ends event streams when the gateway stops. */
export function createRoutes(closing: AbortSignal): Route[] {
  return [
    ...accountRoutes,
    ...signingKeyRoutes,
    ...statementRoutes,
    ...paymentRoutes,
    ...bulkPaymentRoutes,
    ...holdRoutes,
    ...paymentInitiationRoutes,
    ...settlementRoutes,
    ...bankRoutes,
    ...eventRoutes(closing),
  ];
}
