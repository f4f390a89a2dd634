import { setTimeout as sleep } from 'node:timers/promises';
import { type BankName, banks, channels } from '@tangram/network/config/topology.ts';
import { heightOf } from '@tangram/network/native/state.ts';
import type { BenchNetwork } from './bench-network.ts';
import { askPeer } from './block-codes.ts';
import { Latencies } from './latencies.ts';
import { accountId } from './load/accounts.ts';
import { openHttpConnection } from './load/http-connection.ts';

const lookMilliseconds = 50;
const readsASecond = 20;

/** Something watched beside the load; stops when told and gives what it saw. */
export interface Probe {
  stop(): Promise<Record<string, number>>;
}

/**
 * How far a read model lags behind the ledger: from when Cedar's peer is first seen with a block until the read model
 * is first seen to have applied it, to 50 ms.
 */
export function watchLag(network: BenchNetwork, appliedBlock: () => Promise<number>): Probe {
  const lags = new Latencies();
  let isOver = false;
  const running = askPeer(network, async (member) => {
    const seen: { height: number; at: number }[] = [];
    while (!isOver) {
      const startedAt = Date.now();
      const [height, applied] = await Promise.all([heightOf(member, channels.finance), appliedBlock()]).catch(
        // Killed, and not back yet: what it missed shows as lag when it is.
        () => [0, -1] as const,
      );
      const now = Date.now();
      if (height > (seen.at(-1)?.height ?? 0)) seen.push({ height, at: startedAt });
      // The block below a height is the newest one that it speaks of.
      while (seen[0] && seen[0].height - 1 <= applied) lags.record(now - (seen.shift()?.at ?? now));
      await sleep(Math.max(0, lookMilliseconds - (Date.now() - startedAt)));
    }
    return seen;
  });
  running.catch(() => {});
  return {
    async stop() {
      isOver = true;
      const left = await running;
      // What is not applied yet lags at least so much.
      for (const { at } of left) lags.record(Date.now() - at);
      return quantilesOf('read model lag', lags);
    },
  };
}

/** Newest block that a gateway's read model has applied, as its readiness says. */
export async function appliedAtGateway({ network }: BenchNetwork, bank: BankName): Promise<number> {
  const response = await fetch(`${network.gatewayUrl(bank)}/readyz`);
  return Number(((await response.json()) as { readModelBlock?: string }).readModelBlock ?? -1);
}

/**
 * Reads balances through REST one after the other, at most twenty a second, from each bank's gateway in turns, whatever
 * else they are doing. A read that fails counts as such, and not as a quick one.
 */
export async function watchBalances(network: BenchNetwork): Promise<Probe> {
  const tokens = await Promise.all(banks.map((bank) => network.network.token({ bank, role: 'operator' })));
  const connections = banks.map((bank) => openHttpConnection(network.network.gatewayUrl(bank)));
  const latencies = new Latencies();
  let failed = 0;
  let isOver = false;
  async function readAll(): Promise<void> {
    for (let count = 0; !isOver; count += 1) {
      const turn = count % banks.length;
      const id = accountId(banks[turn] as BankName, Math.floor(Math.random() * network.accountsPerBank));
      const startedAt = performance.now();
      const answer = await connections[turn]
        ?.request('GET', `/v1/accounts/${id}`, { token: tokens[turn] ?? '' })
        .catch(() => undefined);
      if (answer?.status === 200) latencies.record(performance.now() - startedAt);
      else failed += 1;
      await sleep(1000 / readsASecond);
    }
  }
  const running = readAll();
  return {
    async stop() {
      isOver = true;
      await running;
      for (const connection of connections) connection.close();
      return { ...quantilesOf('balance by REST', latencies), ...(failed > 0 && { 'balances not read': failed }) };
    },
  };
}

/** Nothing where nothing was seen: an aim for it is then missed. */
function quantilesOf(name: string, latencies: Latencies): Record<string, number> {
  const [p50, p95] = [latencies.quantile(0.5), latencies.quantile(0.95)];
  return p50 === undefined || p95 === undefined ? {} : { [`${name} p50, ms`]: p50, [`${name} p95, ms`]: p95 };
}
