import { channels, defaultPortBases, resolvePorts } from '../config/topology.ts';
import { createControlClient } from '../embedded/control-client.ts';
import { nativeFolders } from '../native/folders.ts';
import { inTurn, withMembers } from '../native/members.ts';
import { explainTransaction, type TransactionReport } from '../native/transaction.ts';
import { type Command, type Context, UsageError } from './context.ts';
import { demandRunning } from './demand.ts';
import { renderWhy } from './render-why.ts';

/** Tells how a transaction ended and why; exit code 1 when it is not valid. */
export const why: Command = {
  name: 'why',
  summary: 'why <txid> [--channel finance]: how a transaction ended, and why',
  options: { channel: { type: 'string', value: '<name>', text: 'channel of the transaction (default finance)' } },
  async run(context) {
    const [txId] = context.positionals;
    if (!txId) throw new UsageError('Name the transaction: npm run network -- why <txid>');
    demandRunning(context);
    const channel = context.option('channel') ?? channels.finance;
    const report = await explain(context, channel, txId);
    context.answer(renderWhy(report), report);
    return report.codeName === 'VALID' ? 0 : 1;
  },
};

/** What the ledger says; the embedded network kept the very reason that its validator gave. */
async function explain(context: Context, channel: string, txId: string): Promise<TransactionReport> {
  const { organizations } = nativeFolders(context.dataFolder);
  const report = await withMembers(context.resolved(), organizations, (members) =>
    inTurn(members, (member) => explainTransaction(member, channel, txId)),
  );
  if (context.driver !== 'embedded' || !('code' in report) || report.code === 0) return report;
  const { control } = resolvePorts(context.portBases ?? defaultPortBases);
  return { ...report, ...(await createControlClient(`http://127.0.0.1:${control}`).why(channel, txId)) };
}
