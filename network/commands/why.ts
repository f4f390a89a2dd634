import { channels, defaultPortBases, resolvePorts } from '../config/topology.ts';
import { createControlClient } from '../embedded/control-client.ts';
import { nativeFolders } from '../native/folders.ts';
import { type Member, withMembers } from '../native/members.ts';
import { explainTransaction } from '../native/transaction.ts';
import { type Command, type Context, UsageError } from './context.ts';

/** Tells how a transaction ended and why; exit code 1 when it is not valid. */
export const why: Command = {
  name: 'why',
  summary: 'why <txid> [--channel finance]: how a transaction ended, and why',
  options: { channel: { type: 'string' } },
  async run(context) {
    const [txId] = context.positionals;
    if (!txId) throw new UsageError('Name the transaction: npm run network -- why <txid>');
    const channel = context.option('channel') ?? channels.finance;
    const report = await explain(context, channel, txId);
    const lines = Object.entries(report).map(
      ([field, value]) => `${field.padEnd(10)} ${typeof value === 'object' ? JSON.stringify(value) : value}`,
    );
    context.answer(lines.join('\n'), report);
    return report.codeName === 'VALID' ? 0 : 1;
  },
};

async function explain(context: Context, channel: string, txId: string): Promise<{ codeName: string }> {
  if (context.driver === 'embedded') {
    const { control } = resolvePorts(context.portBases ?? defaultPortBases);
    const report = await createControlClient(`http://127.0.0.1:${control}`).why(channel, txId);
    return report ?? { codeName: 'VALID' };
  }
  const { organizations } = nativeFolders(context.dataFolder);
  return withMembers(context.resolved(), organizations, ([first]) =>
    explainTransaction(first as Member, channel, txId),
  );
}
