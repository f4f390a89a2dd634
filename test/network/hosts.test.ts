import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { defaultNetworkFile } from '@tangram/network/config/network-file.ts';
import { organizationNames } from '@tangram/network/config/topology.ts';
import { createRestClient } from '@tangram/network/walkthrough/rest-client.ts';
import { parse, stringify } from 'yaml';
import { openBanks, post, settled } from '../end-to-end/running-network.ts';

const root = join(import.meta.dirname, '..', '..');
const hasBinaries = Boolean(process.env.FABRIC_BIN);
// The name tells why it does not run.
const describeNative = hasBinaries ? describe : describe.skip;
const title = `banks on machines of their own${hasBinaries ? '' : ' (FABRIC_BIN is not set: it names the folder of peer and orderer)'}`;
const portBase = Number(process.env.TANGRAM_HOSTS_PORT_BASE ?? 26_400);

/** Each organisation's machine: a loopback address and a folder of its own. */
const hosts = Object.fromEntries(organizationNames.map((name, index) => [name, `127.0.0.${index + 2}`]));
const hostOf = (name: string) => hosts[name] ?? '';

describeNative(title, () => {
  let folder: string;
  const dataOf = (name: string) => join(folder, name, 'data');
  const bundleOf = (name: string) => join(folder, name, `${name}.public.json`);
  const networkFileOf = (name: string) => join(folder, name, 'network.yaml');

  async function run(name: string, ...args: string[]): Promise<{ code: number; answer: any }> {
    const all = [join(root, 'network/cli.ts'), ...args, '--data', dataOf(name), '--json'];
    const env = { ...process.env, NODE_OPTIONS: '' };
    const options = { env, maxBuffer: 64 * 1024 * 1024 };
    try {
      const { stdout } = await promisify(execFile)(process.execPath, all, options);
      return { code: 0, answer: JSON.parse(stdout) };
    } catch (error) {
      const { code, stdout } = error as { code: number; stdout: string };
      return { code, answer: JSON.parse(stdout || '{}') };
    }
  }

  const everywhere = <Result>(work: (name: string) => Promise<Result>) => Promise.all(organizationNames.map(work));

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'tangram-hosts-'));
    for (const name of organizationNames) {
      mkdirSync(join(folder, name));
      writeFileSync(networkFileOf(name), networkText());
    }
  });
  afterAll(async () => {
    await everywhere((name) => run(name, 'down'));
    rmSync(folder, { recursive: true, force: true });
  }, 120_000);

  test('make their keys apart, exchange certificates only, and pay each other', async () => {
    await everywhere(async (name) => {
      const place = ['--driver', 'native', '--organization', name, '--network', networkFileOf(name)];
      expect(await run(name, 'export-public', bundleOf(name), ...place)).toMatchObject({ code: 0 });
    });
    for (const name of organizationNames) expect(readFileSync(bundleOf(name), 'utf8')).not.toContain('PRIVATE');

    const early = await run('cedar', 'up');
    expect(early.answer.error).toContain('The public material of maple, pine, willow, centralbank is not here.');

    const imported = await everywhere((name) => {
      const others = organizationNames.filter((other) => other !== name).map(bundleOf);
      return run(name, 'import-public', ...others);
    });
    for (const { answer } of imported) expect(answer.missing).toEqual([]);

    const started = await everywhere((name) => run(name, 'up'));
    for (const { code, answer } of started) expect({ code, error: answer.error }).toEqual({ code: 0 });

    // Nobody handed out a block: each made the same from what all know.
    const blocks = organizationNames.map((name) => digestOf(join(dataOf(name), 'nodes/configtx/finance.block')));
    expect(new Set(blocks).size).toBe(1);
    expect(await healthOf('cedar')).toEqual({ peers: 5, problems: [] });
    expect(await clockOf('cedar')).toEqual({
      check: 'Clock',
      ok: true,
      detail:
        'the peer of maple, the peer of pine, the peer of willow, the peer of centralbank within 30 s of this machine',
    });
    for (const name of organizationNames) expect(ownersOfKeys(dataOf(name))).toEqual([name]);

    expect(await payFromCedarToMaple()).toBe('SETTLED');
  }, 1_200_000);

  /** What a bank sees of all peers, once a busy machine has let everybody answer. */
  async function healthOf(name: string): Promise<{ peers: number; problems: string[] }> {
    for (let attempt = 1; ; attempt += 1) {
      const { channels, problems } = (await run(name, 'status')).answer;
      if (problems.length === 0 || attempt === 5) return { peers: channels[0].peers.length, problems };
    }
  }

  /** What the doctor says of the clocks, once a busy machine has let everybody answer. */
  async function clockOf(name: string): Promise<{ detail: string } | undefined> {
    for (let attempt = 1; ; attempt += 1) {
      const { findings } = (await run(name, 'doctor')).answer;
      const clock = findings.find(({ check }: { check: string }) => check === 'Clock');
      if (!clock.detail.includes('did not tell') || attempt === 5) return clock;
    }
  }

  async function payFromCedarToMaple(): Promise<string> {
    const urls = new Map(
      organizationNames.map((name, index) => [name as string, `http://${hosts[name]}:${portBase + 1 + index}`]),
    );
    const rest = createRestClient({
      gatewayUrl: (name) => urls.get(name) ?? '',
      token: async (request) => {
        const response = await fetch(`http://${hostOf(request.bank)}:${portBase + 10}/token`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(request),
        });
        return ((await response.json()) as { access_token: string }).access_token;
      },
    });
    await openBanks(rest, ['till'], '50000');
    const body = {
      paymentId: 'over-the-wire',
      debtorAccount: 'cedar-till',
      creditorAccount: 'maple-till',
      amount: { amount: '1234', currency: 'CNY' },
    };
    await post(rest, 'cedar', { path: '/v1/payments', body });
    return settled(rest, 'over-the-wire', 'cedar');
  }
});

/** The reference network with every organisation on a host of its own. */
function networkText(): string {
  const network = parse(readFileSync(defaultNetworkFile, 'utf8'));
  for (const organization of network.organizations) organization.host = hosts[organization.name];
  return stringify({ ...network, ports: { gateway: portBase, network: portBase } });
}

const digestOf = (file: string) => createHash('sha256').update(readFileSync(file)).digest('hex');

/** Organisations of which a folder holds a private key. */
function ownersOfKeys(data: string): string[] {
  const organizations = join(data, 'organizations');
  const holds = (file: string) => /PRIVATE KEY/.test(readFileSync(file, 'utf8')) || file.endsWith('digest.key');
  return readdirSync(organizations).filter((name) =>
    readdirSync(join(organizations, name), { recursive: true, withFileTypes: true }).some(
      (entry) => entry.isFile() && holds(join(entry.parentPath, entry.name)),
    ),
  );
}
