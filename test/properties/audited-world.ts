import { canonicalJson } from '@tangram/chaincode/core/canonical.ts';
import { refusalOf } from '@tangram/chaincode/core/memory-ledger.ts';
import { envelope, World } from '@tangram/chaincode/testing/world.ts';
import { type DecodedRow, decodeBatchRow } from '@tangram/network/ledger-format/batch-row.ts';
import { comparePostings } from '../auditor/auditor.ts';
import type { BlockWrites, TransactionWrites } from '../auditor/block-writes.ts';
import { compareWithLedger, type FoundAccount } from '../auditor/compare.ts';
import { checkInvariants } from '../auditor/invariants.ts';
import { type Expected, runBatch } from '../auditor/run-batch.ts';
import { bookSettlement, expectSettlement } from '../auditor/settle.ts';
import { type Model, newModel } from '../auditor/state.ts';
import { ACCOUNTS, type Command, FIRST_ACCOUNTS } from './commands.ts';
import { complete, type DraftOperation } from './drafts.ts';

type Batch = Extract<Command, { kind: 'batch' }>;
type Settle = Extract<Command, { kind: 'settle' }>;

/** Batches of a busy hour: fewer than save a segment of the book, so that a restart meets every distance from one. */
const BUSY_BATCHES = 24;
const EVERYBODY = new Set(['CedarMSP', 'MapleMSP', 'PineMSP', 'WillowMSP', 'CentralbankMSP']);

/** The chaincode over the in-memory ledger, and beside it the auditor, who predicts every result and balance. */
export class AuditedWorld {
  readonly world = new World();
  readonly model: Model = newModel(true);
  readonly problems: string[] = [];
  /** How often each outcome or code occurred: a run that never refuses proves little. */
  readonly seen = new Map<string, number>();
  /** What every ledger transaction left, in order, as blocks would hold it. */
  readonly transactions: TransactionWrites[] = [];
  readonly settlements: { debtorBank: string; creditorBank: string; currency: string; amount: string }[] = [];

  /** Opens every account of the pools, with some money in the first two of each bank. */
  async prepare(): Promise<void> {
    for (const accountId of ACCOUNTS) await this.world.depositDetails(accountId);
    for (const lane of ['cedar', 'maple', 'pine', 'willow']) {
      const open = (rest: string, currency: string): DraftOperation => ({
        operation: 'accounts:openAccount',
        request: { accountId: `${lane}-${rest}`, currency },
      });
      const fund = (rest: string): DraftOperation => ({
        operation: 'accounts:deposit',
        request: {
          depositId: `first-${rest}`,
          accountId: `${lane}-${rest}`,
          amount: { amount: '200', currency: 'CNY' },
        },
      });
      const issue = { operationId: `first-${lane}`, bank: lane, amount: { amount: '600', currency: 'CNY' } };
      await this.run({
        kind: 'batch',
        lane: 'centralbank',
        operations: [{ operation: 'settlement:issue', request: issue }],
      });
      const opened = FIRST_ACCOUNTS.map(([rest, currency]) => open(rest, currency));
      await this.run({ kind: 'batch', lane, operations: [...opened, fund('a'), fund('b')] });
    }
  }

  async run(command: Command): Promise<void> {
    if (command.kind === 'wait') this.world.ledger.clock.advance(command.milliseconds);
    else if (command.kind === 'restart') this.world.ledger.restart();
    else if (command.kind === 'settle') await this.#settle(command);
    else if (command.kind === 'busy') for (const batch of backAndForth(command)) await this.#submit(batch);
    else await this.#submit(command);
  }

  /** All that is wrong by now: predictions that failed, broken rules, balances that differ. */
  async findProblems(): Promise<string[]> {
    const readRow = (namespace: string, key: string) => this.world.ledger.row(namespace, key);
    const differences = await compareWithLedger(this.model, { readRow, accounts: (bank) => this.#accounts(bank) });
    return [...this.problems, ...checkInvariants(this.model), ...differences];
  }

  /** Every account that was opened, as the chaincode answers. */
  async *#accounts(bank: string): AsyncGenerator<FoundAccount> {
    for (const [key] of this.world.ledger.state(bank)) {
      if (key.startsWith('account/')) {
        yield this.world.ledger.query(bank, 'accounts:getAccount', { accountId: key.slice('account/'.length) });
      }
    }
  }

  async #submit({ lane, operations }: Batch): Promise<void> {
    const { ledger } = this.world;
    const now = new Date(ledger.clock.milliseconds).toISOString();
    const sent = operations.map((draft) => complete(this.model, lane, draft));
    const expected = runBatch(this.model, { lane, now }, sent);
    const batch = sent.map(({ operation, request }) =>
      envelope(operation, request, operation === 'payments:receive' ? 'system' : 'operator'),
    );
    const { response, writes, transactionId } = await ledger.submit(lane, batch);
    this.#record(transactionId, writes);

    const row = response.accepted > 0 ? ledger.row(lane, batchKeyOf(response.sequence)) : undefined;
    response.results.forEach((result, index) => {
      const code = result.outcome === 'refused' ? result.code : result.outcome;
      const wanted = expected[index] as Expected;
      this.#see(code);
      const wantedCode = 'code' in wanted ? wanted.code : wanted.outcome;
      const name = `${lane} ${canonicalJson(sent[index])}`;
      if (code !== wantedCode) this.problems.push(`${name} ended ${code}, the auditor expected ${wantedCode}`);
      if (result.outcome === 'accepted' && 'postings' in wanted) {
        this.problems.push(...comparePostings(name, wanted.postings, row?.entries[index].postings ?? []));
      }
    });
    if (response.accepted === 0 && writes.size > 0) this.problems.push(`${lane} wrote ${writes.size} rows for nothing`);
  }

  async #settle(pair: Settle): Promise<void> {
    const { debtorBank, creditorBank, currency } = pair;
    if (debtorBank === creditorBank) return;
    const wanted = expectSettlement(this.model, pair);
    const asked = this.world.settle(debtorBank, creditorBank, { currency });
    const refusal = await refusalOf(asked);
    if (refusal !== undefined || 'code' in wanted) {
      this.#see(refusal?.code ?? 'settled');
      const wantedCode = 'code' in wanted ? wanted.code : 'settled';
      if (refusal?.code !== wantedCode) this.problems.push(`settlement ended ${refusal?.code}, expected ${wantedCode}`);
      return;
    }
    const { response, writes, transactionId } = await asked;
    this.#record(transactionId, writes);
    this.#see('settled');
    this.settlements.push({ debtorBank, creditorBank, currency, amount: response.amount });
    bookSettlement(this.model, response);
    if (response.amount !== String(wanted.amount)) {
      this.problems.push(`settlement moved ${response.amount}, the auditor expected ${wanted.amount}`);
    }
  }

  #record(txId: string, writes: ReadonlyMap<string, Uint8Array>): void {
    const split = [...writes].map(([name, value]) => {
      const slash = name.indexOf('/');
      return { namespace: name.slice(0, slash), key: name.slice(slash + 1), value };
    });
    this.transactions.push({ txId, endorsers: EVERYBODY, writes: split });
  }

  #see(code: string): void {
    this.seen.set(code, (this.seen.get(code) ?? 0) + 1);
  }
}

function backAndForth({ lane, number }: Extract<Command, { kind: 'busy' }>): Batch[] {
  const [one, other] = [`${lane}-a`, `${lane}-b`];
  return Array.from({ length: BUSY_BATCHES }, (_, place) => {
    const [debtorAccount, creditorAccount] = place % 2 === 0 ? [one, other] : [other, one];
    const amount = { amount: '1', currency: 'CNY' };
    const request = { paymentId: `busy-${number}-${place}`, debtorAccount, creditorAccount, amount, sign: 'properly' };
    return { kind: 'batch', lane, operations: [{ operation: 'payments:sendPayment', request }] };
  });
}

export const batchKeyOf = (sequence: number): string => `lane/0/batch/${String(sequence).padStart(12, '0')}`;

/** The batch rows of all lanes, as an auditor decodes them. */
export function batchRows(world: World): DecodedRow[] {
  return storedRows(world, 'lane/0/batch/').map(({ value }) => decodeBatchRow(value));
}

/** Every ledger transaction as a block of its own. */
export function blocksOf({ transactions }: Pick<AuditedWorld, 'transactions'>): BlockWrites[] {
  return transactions.map((transaction, number) => ({
    number,
    hash: String(number),
    previousHash: String(number - 1),
    isWhole: true,
    transactions: [transaction],
    invalid: 0,
  }));
}

/** The stored bytes of all rows of a kind, by the beginning of their keys. */
export function storedRows(world: World, prefix: string): { namespace: string; key: string; value: Uint8Array }[] {
  return ['cedar', 'maple', 'pine', 'willow', 'centralbank', 'consortium'].flatMap((namespace) =>
    [...world.ledger.state(namespace)]
      .filter(([key]) => key.startsWith(prefix))
      .map(([key, value]) => ({ namespace, key, value })),
  );
}
