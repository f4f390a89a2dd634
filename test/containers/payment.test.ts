import { execFileSync } from 'node:child_process';
import { whyNoEngine } from '@tangram/network/compose/project.ts';
import { createRestClient, type RestClient } from '@tangram/network/walkthrough/rest-client.ts';
import { type BuiltImage, buildImagesLocally, imageName } from '../../scripts/build-images.ts';
import { imageUser } from '../../scripts/root-file-system.ts';
import { post, settled } from '../end-to-end/running-network.ts';
import { type ContainerNetwork, startContainerNetwork } from './container-network.ts';
import { skipLoudly } from './docker.ts';

// Ryuk is an image of its own, which cannot be had without a registry; these tests remove what they start.
process.env.TESTCONTAINERS_RYUK_DISABLED ??= 'true';

const why = whyNoEngine();
const containerTest = skipLoudly('payment.test.ts', why && `${why}; it needs a Docker Engine of 20.10 or newer`);
const megabytesMax = 160;
const cny = (amount: number) => ({ amount: String(amount), currency: 'CNY' });

describe('images of chaincode, embedded network and gateway', () => {
  let images: BuiltImage[] = [];
  let running: ContainerNetwork;
  let rest: RestClient;

  beforeAll(async () => {
    if (why !== undefined) return;
    images = await buildImagesLocally();
    for (const { name, megabytes, seconds } of images) {
      process.stderr.write(`${name}: ${megabytes} MB, built in ${seconds} s\n`);
    }
    running = await startContainerNetwork();
    rest = createRestClient(running);
  }, 300_000);
  afterAll(() => running?.stop(), 60_000);

  containerTest('are small and run as nobody in particular', () => {
    expect(images.filter(({ megabytes }) => megabytes > megabytesMax)).toEqual([]);
    for (const target of ['chaincode', 'network', 'gateway'] as const) {
      const format = '{{.Config.User}} {{json .Config.Healthcheck.Test}}';
      const text = execFileSync('docker', ['image', 'inspect', '--format', format, imageName(target)], {
        encoding: 'utf8',
      });
      expect(text.trim()).toBe(`${imageUser}:${imageUser} ["CMD","/usr/local/bin/node","/app/health.mjs","${target}"]`);
    }
  });

  containerTest('hold no shell, no package manager and no source', async () => {
    const script = "console.log(JSON.stringify(require('node:fs').readdirSync('/')))";
    const { output } = await running.ledger.exec(['/usr/local/bin/node', '-e', script]);
    const entries = JSON.parse(output) as string[];

    expect(entries).toEqual(expect.arrayContaining(['app', 'data', 'usr']));
    expect(entries.filter((entry) => ['bin', 'source', 'root'].includes(entry))).toEqual([]);
    const shell = await running.ledger.exec(['/bin/sh', '-c', 'true']);
    expect(shell.exitCode).not.toBe(0);
  });

  containerTest('cannot write outside their volume', async () => {
    const write = (file: string) =>
      running.ledger.exec(['/usr/local/bin/node', '-e', `require('node:fs').writeFileSync('${file}', '')`]);

    expect((await write('/data/probe')).exitCode).toBe(0);
    const refused = await write('/app/probe');
    expect(refused.output).toContain('EROFS');
  });

  containerTest('carry a payment from bank to bank', async () => {
    for (const bank of ['cedar', 'maple'] as const) {
      const issue = { operationId: `issue-${bank}`, amount: cny(1_000_000) };
      await post(rest, 'centralbank', { path: `/v1/settlement-accounts/${bank}/issue`, body: issue });
      const account = { accountId: `${bank}-1`, name: `Customer of ${bank}`, currency: 'CNY' };
      await post(rest, bank, { path: '/v1/accounts', body: account });
    }
    const deposit = { depositId: 'deposit-1', amount: cny(5000) };
    await post(rest, 'cedar', { path: '/v1/accounts/cedar-1/deposits', body: deposit });
    const payment = { paymentId: 'p1', debtorAccount: 'cedar-1', creditorAccount: 'maple-1', amount: cny(1200) };
    await post(rest, 'cedar', { path: '/v1/payments', body: payment });

    expect(await settled(rest, 'p1', 'cedar')).toBe('SETTLED');
    const creditor = await rest.call({ bank: 'maple', path: '/v1/accounts/maple-1' });
    expect(creditor.body.booked).toBe('1200');
    const debtor = await rest.call({ bank: 'cedar', path: '/v1/accounts/cedar-1' });
    expect(debtor.body.booked).toBe('3800');
  });

  containerTest('refuse a payment above the balance, as everywhere', async () => {
    const payment = { paymentId: 'p2', debtorAccount: 'cedar-1', creditorAccount: 'maple-1', amount: cny(999_999) };
    const refused = await rest.call({ bank: 'cedar', method: 'POST', path: '/v1/payments', body: payment });

    expect(refused).toMatchObject({ status: 422, body: { code: 'PAYMENTS_INSUFFICIENT_FUNDS' } });
  });
});
