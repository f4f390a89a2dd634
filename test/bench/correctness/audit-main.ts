/** `node audit-main.ts <run folder> <port base>`: what the auditor finds on a running network's ledger, as JSON. */
import { auditNetwork } from '../../auditor/network-blocks.ts';

const [dataFolder = '', portBase = ''] = process.argv.slice(2);
const report = await auditNetwork({ dataFolder, portBase: Number(portBase) });
process.stdout.write(JSON.stringify({ ...report, batches: report.rows }));
