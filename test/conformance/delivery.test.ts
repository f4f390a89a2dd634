import { deliverCases } from './cases/deliver.ts';
import { eventsCases } from './cases/events.ts';
import { ledgerCases } from './cases/ledger.ts';
import { conformance } from './suite.ts';

conformance({
  events: eventsCases,
  deliver: deliverCases,
  ledger: ledgerCases,
});
