import { setTimeout as delay } from 'node:timers/promises';
import { type BlockTransaction, readBlock, transactionsOf } from './blocks.ts';
import { loadMember, type Member, type Role } from './member.ts';
import type { ConformanceNetwork, Outcome } from './network.ts';
import { scrub } from './refusal.ts';
import { type Endorsed, Session } from './session.ts';

/** One named case: it does something to a network and returns what it saw. */
export interface ConformanceCase {
  name: string;
  run(bench: Bench): Promise<Outcome>;
}

let counter = 0;

/** What a case works with: sessions, keys that no other case uses, and helpers over blocks. */
export class Bench {
  readonly network: ConformanceNetwork;
  readonly prefix: string;
  readonly #sessions = new Map<string, Session>();

  constructor(network: ConformanceNetwork) {
    this.network = network;
    this.prefix = `case${Date.now().toString(36)}${(counter++).toString(36).padStart(3, '0')}-`;
  }

  /** A key of this case alone. */
  key(name: string): string {
    return this.prefix + name;
  }

  /** A member of an organisation at its own peer, or at another organisation's. */
  session(mspId = 'CedarMSP', options: { role?: Role; at?: string } = {}): Session {
    const { role = 'gateway', at = mspId } = options;
    const id = `${mspId}/${role}/${at}`;
    const session = this.#sessions.get(id) ?? new Session(this.network, loadMember(this.network, mspId, role), at);
    this.#sessions.set(id, session);
    return session;
  }

  /** A session of an identity that the network did not issue as it is. */
  sessionOf(member: Member, at = 'CedarMSP'): Session {
    return new Session(this.network, member, at);
  }

  /** The transaction as its block has it. */
  async transaction(
    committed: { txId: string; block: number },
    session = this.session(),
    channel = 'finance',
  ): Promise<BlockTransaction> {
    const found = transactionsOf(await readBlock(session, committed.block, channel)).find(
      ({ txId }) => txId === committed.txId,
    );
    if (!found) throw new Error(`block ${committed.block} has no transaction ${committed.txId}`);
    return found;
  }

  /** Submits in this order, into one block, and returns the codes; tries again with new proposals when the block was cut between. */
  async together(endorse: (attempt: number) => Promise<Endorsed[]>, channel = 'finance'): Promise<string[]> {
    for (let attempt = 0; attempt < 10; attempt++) {
      const endorsed = await endorse(attempt);
      const submitted = await this.network.inOneBlock(channel, async () => {
        const sent = [];
        for (const each of endorsed) sent.push(await each.transaction.submit());
        return sent;
      });
      const statuses = await Promise.all(submitted.map((each) => each.getStatus()));
      for (const { txId } of endorsed) await this.session().committedEverywhere(txId, channel);
      const block = statuses[0]?.blockNumber;
      if (statuses.every(({ blockNumber }) => blockNumber === block)) {
        const transactions = transactionsOf(await readBlock(this.session(), Number(block), channel));
        const order = endorsed.map(({ txId }) => transactions.findIndex((each) => each.txId === txId));
        if (order.every((index, at) => at === 0 || index > (order[at - 1] as number))) {
          return order.map((index) => transactions[index]?.code as string);
        }
      }
    }
    throw new Error('ten attempts did not bring the transactions into one block in order');
  }

  /** Waits until a check holds, at most five seconds: peers of one network commit a block moments apart. */
  async eventually(check: () => Promise<boolean>): Promise<boolean> {
    for (let attempt = 0; attempt < 50; attempt++) {
      if (await check()) return true;
      await delay(100);
    }
    return false;
  }
}

/** Runs one case and returns its outcome without what no two runs share. */
export async function observe(network: ConformanceNetwork, conformanceCase: ConformanceCase): Promise<Outcome> {
  return JSON.parse(scrub(JSON.stringify(await conformanceCase.run(new Bench(network))))) as Outcome;
}
