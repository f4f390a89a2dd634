import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultNetworkFile, readNetworkFile } from '@tangram/network/config/network-file.ts';
import { resolve } from '@tangram/network/config/resolve.ts';
import { createNetwork } from '@tangram/network/drivers/create.ts';
import type { Network } from '@tangram/network/drivers/network.ts';
import { nativeFolders } from '@tangram/network/native/folders.ts';
import { askNode, ordererOperations, peerOperations } from '@tangram/network/native/operations.ts';
import { scrapeConfig } from '@tangram/network/native/scrape-config.ts';
import { createRestClient } from '@tangram/network/walkthrough/rest-client.ts';
import { parse, stringify } from 'yaml';
import { findPortBase, openBanks } from '../end-to-end/running-network.ts';
import { type Exported, groupingOf, readMetrics, selectorsOf } from './promql.ts';

const folder = join(import.meta.dirname, '../../docs/operating/monitoring');
const read = (name: string) => readFileSync(join(folder, name), 'utf8');

interface Rule {
  alert: string;
  expr: string;
  annotations: Record<string, string>;
}
interface RuleTest {
  alert_rule_test: { alertname: string; exp_alerts: unknown[] }[];
}

const { groups } = parse(read('tangram-rules.yaml')) as { groups: { rules: Rule[] }[] };
const rules = groups.flatMap((group) => group.rules);
const board = JSON.parse(read('grafana-board.json')) as {
  panels: { title: string; targets?: { expr: string; legendFormat: string }[] }[];
};
/** Each expression with its text, in which labels are shown. */
const expressions = [
  ...rules.map(({ alert, expr, annotations }) => ({ name: alert, expr, text: Object.values(annotations).join() })),
  ...board.panels.flatMap(({ title, targets = [] }) =>
    targets.map(({ expr, legendFormat }) => ({ name: `panel ${title}`, expr, text: legendFormat })),
  ),
].map((each) => ({
  ...each,
  shown: [...each.text.matchAll(/\{\{ ?(?:\$labels\.)?(\w+) ?\}\}/g)].map(([, name]) => name ?? ''),
}));

/** Prometheus gives these to every sample of a target, as `network prometheus` sets them. */
const targetLabels = ['job', 'instance', 'organization', 'node'];
/** Made by Prometheus itself. */
const ownMetrics = ['up'];
/** Values that a label takes only after trouble that a healthy network does not have. */
const valuesOfTrouble = ['ENDORSEMENT_POLICY_FAILURE'];
const isOfGateway = (metric: string) => metric.startsWith('tangram_gateway_');

/** What expressions name and nobody exports, among the metrics that are asked for. */
function inventions(exported: Exported, isAsked: (metric: string) => boolean): string[] {
  return expressions.flatMap(({ name, expr, shown }) => {
    const selectors = selectorsOf(expr).filter(({ metric }) => !ownMetrics.includes(metric));
    const isWholly = selectors.every(({ metric }) => isAsked(metric));
    const known = new Set([...targetLabels, ...selectors.flatMap(({ metric }) => labelNames(exported, metric))]);
    return [
      ...selectors.filter(({ metric }) => isAsked(metric)).flatMap((selector) => lacking(exported, selector)),
      ...(isWholly ? [...groupingOf(expr), ...shown].filter((label) => !known.has(label)) : []).filter(
        (label) => label !== 'le',
      ),
    ].map((problem) => `${name}: ${problem}`);
  });
}

const labelNames = (exported: Exported, metric: string) => (exported.get(metric) ?? []).flatMap(Object.keys);

function lacking(exported: Exported, { metric, labels }: ReturnType<typeof selectorsOf>[number]): string[] {
  const samples = exported.get(metric);
  if (!samples) return [`nobody exports ${metric}`];
  return labels
    .filter(({ name }) => !targetLabels.includes(name))
    .filter(({ name, value }) => {
      if (value === undefined || valuesOfTrouble.includes(value)) return !samples.some((sample) => name in sample);
      return !samples.some((sample) => sample[name] === value);
    })
    .map(({ name, value }) => `${metric} has no ${name} ${value ?? ''}`);
}

/** A network with some life: accounts, a payment to another bank, a refused one. */
async function live(network: Network): Promise<void> {
  const rest = createRestClient(network);
  const [first = '', second = ''] = await openBanks(rest, ['alice'], '100000');
  const pay = (paymentId: string, amount: string) => ({
    path: '/v1/payments',
    body: { paymentId, debtorAccount: first, creditorAccount: second, amount: { amount, currency: 'CNY' } },
  });
  const token = { bank: 'cedar', role: 'operator' } as const;
  for (const [id, amount] of [
    ['paid', '10'],
    ['refused', '99999999'],
  ] as const) {
    const answer = await fetch(`${network.gatewayUrl('cedar')}/v1/payments`, {
      method: 'POST',
      headers: { authorization: `Bearer ${await network.token(token)}`, 'content-type': 'application/json' },
      body: JSON.stringify(pay(id, amount).body),
    });
    expect(answer.status).toBe(id === 'paid' ? 201 : 422);
  }
}

async function scrapeGateway(network: Network): Promise<string> {
  return (await fetch(`${network.gatewayUrl('cedar')}/metrics`)).text();
}

describe('alerts and board', () => {
  test('every alert is shown to fire and to stay quiet', () => {
    const { tests } = parse(read('tangram-rules-test.yaml')) as { tests: RuleTest[] };
    const cases = tests.flatMap((each) => each.alert_rule_test);
    const unproven = rules.filter(
      ({ alert }) =>
        !cases.some(({ alertname, exp_alerts }) => alertname === alert && exp_alerts.length > 0) ||
        !cases.some(({ alertname, exp_alerts }) => alertname === alert && exp_alerts.length === 0),
    );

    expect(rules.length).toBeGreaterThan(20);
    expect(unproven.map(({ alert }) => alert)).toEqual([]);
  });

  test('every alert is explained in the page of alerts', () => {
    const page = readFileSync(join(folder, '../alerts.md'), 'utf8');

    expect(rules.filter(({ alert }) => !page.includes(`\`${alert}\``)).map(({ alert }) => alert)).toEqual([]);
  });

  test('an invented metric, label or value is noticed', () => {
    const exported = readMetrics('a_total{code="x",lane="y"} 1\nb 2\n');
    const judge = (expr: string) => selectorsOf(expr).flatMap((selector) => lacking(exported, selector));

    expect(judge('sum by (lane) (rate(a_total{code="x"}[5m])) / on (lane) b offset 5m > 0.1')).toEqual([]);
    expect(judge('a_totals > 1')).toEqual(['nobody exports a_totals']);
    expect(judge('a_total{cod!="x"}')).toEqual(['a_total has no cod ']);
    expect(judge('a_total{code="z"}')).toEqual(['a_total has no code z']);
  });

  const hasPromtool = spawnSync('promtool', ['--version']).status === 0;
  const testPromtool = hasPromtool ? test : test.skip;
  testPromtool(
    `promtool takes rules, rule tests and scrape settings${hasPromtool ? '' : ' (there is no promtool: apt-get install prometheus)'}`,
    () => {
      const promtool = (...args: string[]) => {
        const { status, stdout, stderr } = spawnSync('promtool', args, { encoding: 'utf8', cwd: folder });
        return { status, said: status === 0 ? '' : stdout + stderr };
      };
      const settings = mkdtempSync(join(tmpdir(), 'tangram-prometheus-'));
      const network = resolve(readNetworkFile(defaultNetworkFile));
      const config = scrapeConfig(network, { organizationsFolder: settings, gatewaysOnly: true });
      writeFileSync(join(settings, 'prometheus.yaml'), stringify(config));

      expect(promtool('check', 'rules', 'tangram-rules.yaml')).toEqual({ status: 0, said: '' });
      expect(promtool('test', 'rules', 'tangram-rules-test.yaml')).toEqual({ status: 0, said: '' });
      expect(promtool('check', 'config', join(settings, 'prometheus.yaml'))).toEqual({ status: 0, said: '' });
      rmSync(settings, { recursive: true });
    },
  );
});

describe('metrics of running networks', () => {
  let dataFolder: string;
  let network: Network | undefined;
  beforeEach(() => {
    dataFolder = mkdtempSync(join(tmpdir(), 'tangram-monitoring-'));
  });
  afterEach(async () => {
    await network?.stop();
    rmSync(dataFolder, { recursive: true, force: true });
  });

  async function start(driver: 'embedded' | 'native') {
    const base = await findPortBase();
    const portBases = { gateway: base, network: base };
    ({ network } = createNetwork({ driver, dataFolder, portBases }));
    await network.start();
    await live(network);
    return { network, resolved: resolve(readNetworkFile(defaultNetworkFile), portBases) };
  }

  test('gateways export what rules and board name of them', async () => {
    const running = await start('embedded');
    const exported = readMetrics(await scrapeGateway(running.network));

    expect(inventions(exported, isOfGateway)).toEqual([]);
    expect(exported.get('tangram_gateway_certificate_seen')?.length).toBeGreaterThan(10);
  }, 400_000);

  const testNative = process.env.FABRIC_BIN ? test : test.skip;
  const why = process.env.FABRIC_BIN ? '' : ' (FABRIC_BIN is not set: it names the folder of peer and orderer)';
  testNative(
    `real peers and orderers export the rest, and only to a client certificate${why}`,
    async () => {
      const running = await start('native');
      const [cedar] = running.resolved.organizations;
      if (!cedar) throw new Error('There is no organisation.');
      const { organizations } = nativeFolders(dataFolder);
      const places = [peerOperations(cedar, cedar.peers[0], organizations), ordererOperations(cedar, organizations)];
      const texts = await Promise.all(places.map((place) => askNode(place, '/metrics')));
      const exported = readMetrics([await scrapeGateway(running.network), ...texts.map(({ text }) => text)].join('\n'));

      expect(inventions(exported, () => true)).toEqual([]);
      for (const { host, port } of places) {
        await expect(fetch(`http://${host}:${port}/healthz`).then(({ status }) => status)).resolves.toBe(400);
        await expect(fetch(`https://${host}:${port}/metrics`)).rejects.toThrow();
      }
    },
    300_000,
  );
});
