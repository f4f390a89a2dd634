import { banks } from '@tangram/network/config/topology.ts';
import { post } from '../end-to-end/running-network.ts';
import type { BenchNetwork } from './bench-network.ts';
import { accountId, currency } from './load/accounts.ts';
import { uuidv7 } from './load/uuid.ts';

/**
 * Stops every process of the network and starts it again on what lies on the disk; then pays once at each bank, from
 * one account to another of the same one, and back, so that the books stay as they are.
 */
export async function restartCold(network: BenchNetwork): Promise<Record<string, number>> {
  await network.network.stop();
  const startedAt = performance.now();
  await network.network.start();
  const opened = performance.now();
  await Promise.all(banks.map((bank) => payThereAndBack(network, bank)));
  const seconds = (until: number) => (until - startedAt) / 1000;
  return {
    'cold restart: gateways ready, s': seconds(opened),
    'cold restart: a payment at every bank, s': seconds(performance.now()),
  };
}

async function payThereAndBack({ rest }: BenchNetwork, bank: string): Promise<void> {
  const [one, other] = [accountId(bank, 0), accountId(bank, 1)];
  for (const [debtorAccount, creditorAccount] of [
    [one, other],
    [other, one],
  ]) {
    const body = { paymentId: uuidv7(), debtorAccount, creditorAccount, amount: { amount: '1', currency } };
    await post(rest, bank, { path: '/v1/payments', body });
  }
}
