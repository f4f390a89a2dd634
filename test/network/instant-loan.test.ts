import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createNetwork } from '@tangram/network/drivers/create.ts';
import type { Network } from '@tangram/network/drivers/network.ts';
import { scoreFirms } from '@tangram/network/walkthrough/credit.ts';
import { loadFirstDay } from '@tangram/network/walkthrough/first-day.ts';
import { lendAtOnce, prepareMicroLoans } from '@tangram/network/walkthrough/micro-loan.ts';
import { createRestClient } from '@tangram/network/walkthrough/rest-client.ts';
import { createTally } from '@tangram/network/walkthrough/tally.ts';
import type { Walk } from '@tangram/network/walkthrough/walk.ts';
import { findPortBase, post } from '../end-to-end/running-network.ts';

const hasBinaries = Boolean(process.env.FABRIC_BIN);
// The name tells why it does not run.
const describeNative = hasBinaries ? describe : describe.skip;
const title = `a micro-loan on real Fabric${hasBinaries ? '' : ' (FABRIC_BIN is not set: it names the folder of peer and orderer)'}`;

const LOANS = 10;
const amount = '100000';
const aimMilliseconds = 2_000;

describeNative(title, () => {
  let folder: string;
  let network: Network;
  let walk: Walk;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tangram-instant-loan-'));
    const base = await findPortBase();
    network = createNetwork({
      driver: 'native',
      dataFolder: folder,
      portBases: { gateway: base, network: base },
    }).network;
    await network.start();
    walk = {
      ...{ network, rest: createRestClient(network), tally: createTally(), day: loadFirstDay() },
      expectedHoldings: 0n,
    };
    const issue = { operationId: 'issue-cedar', amount: { amount: '1000000000', currency: 'CNY' } };
    await post(walk.rest, 'centralbank', { path: '/v1/settlement-accounts/cedar/issue', body: issue });
    await scoreFirms(walk, () => undefined);
    await prepareMicroLoans(walk);
  }, 240_000);
  afterAll(async () => {
    await network?.stop();
    rmSync(folder, { recursive: true, force: true });
  }, 60_000);

  const booked = async () => {
    const { body } = await walk.rest.call({ bank: 'cedar', path: '/v1/accounts/cedar-teashop' });
    return BigInt(String(body.booked));
  };

  test('leads from consent to money on the account in four calls and no manual step, and its lineage names the consent', async () => {
    const before = await booked();
    const times: number[] = [];
    for (let count = 1; count <= LOANS; count += 1) {
      const { milliseconds, lineage } = await lendAtOnce(walk.rest, `instant-${count}`, amount);
      expect(lineage.consent?.consentId).toBe(`instant-${count}-consent`);
      times.push(milliseconds);
    }
    expect((await booked()) - before).toBe(BigInt(LOANS) * BigInt(amount));
    const sorted = [...times].sort((one, other) => one - other);
    const median = sorted[LOANS / 2];
    process.stdout.write(
      `loan from consent to money on the account: first ${times[0]} ms, median ${median} ms, longest ${sorted.at(-1)} ms ` +
        `of ${LOANS} (aim: ${aimMilliseconds} ms)\n`,
    );
  }, 120_000);
});
