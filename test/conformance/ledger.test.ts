import { ledgerCases } from './cases/ledger.ts';
import { conformance } from './suite.ts';

conformance('ledger', ledgerCases);
