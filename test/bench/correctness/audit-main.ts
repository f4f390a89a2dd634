/** `node audit-main.ts <run folder> <port base>`: what the auditor finds on a running network's ledger, as JSON. */
import { auditLedger } from '../../network/ledger-audit.ts';

const [dataFolder = '', portBase = ''] = process.argv.slice(2);
const problems = await auditLedger({ dataFolder, portBase: Number(portBase) });
process.stdout.write(JSON.stringify({ problems, batches: 0, operations: 0 }));
