import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { commands } from '@tangram/network/commands/commands.ts';
import { sharedOptions } from '@tangram/network/commands/context.ts';
import { helpOf, usageOf } from '@tangram/network/commands/help.ts';
import { runCommand } from '@tangram/network/commands/run-command.ts';
import { defaultNetworkFile, readNetworkFile } from '@tangram/network/config/network-file.ts';
import { identitiesOf, resolve } from '@tangram/network/config/resolve.ts';
import { createNetwork } from '@tangram/network/drivers/create.ts';
import { organizationPaths } from '@tangram/network/identity/layout.ts';
import { ensureOrganizations } from '@tangram/network/identity/organizations.ts';

const root = join(import.meta.dirname, '..', '..');

interface Said {
  code: number;
  out: string;
  err: string;
}

/** Runs a command line as `network/cli.ts` does, and hears what it says. */
async function run(...args: string[]): Promise<Said> {
  const said = { out: '', err: '' };
  const hear = (stream: 'out' | 'err') => (text: string | Uint8Array) => {
    said[stream] += text;
    return true;
  };
  const spies = [
    jest.spyOn(process.stdout, 'write').mockImplementation(hear('out')),
    jest.spyOn(process.stderr, 'write').mockImplementation(hear('err')),
  ];
  try {
    const code = await runCommand(args);
    return { code, ...said };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

describe('npm run network', () => {
  const [place, { FABRIC_BIN, PATH, XDG_CACHE_HOME }] = [process.cwd(), process.env];
  let folder: string;
  // A folder that is no clone, and no programs of Fabric in sight.
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tangram-command-'));
    process.chdir(folder);
    delete process.env.FABRIC_BIN;
    Object.assign(process.env, { PATH: '/nowhere', XDG_CACHE_HOME: folder });
  });
  afterEach(() => {
    process.chdir(place);
    const before = Object.entries({ FABRIC_BIN, PATH, XDG_CACHE_HOME });
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
    rmSync(folder, { recursive: true, force: true });
  });

  const onFolder = (...args: string[]) => run(...args, '--data', join(folder, 'run'));
  const json = ({ out }: Said) => JSON.parse(out);

  test('names every command of a file, and every option that a command takes', () => {
    const files = readdirSync(join(root, 'network/commands')).filter((file) => !file.endsWith('.test.ts'));
    const helpers = [
      'run-command',
      'change-members',
      'commands',
      'context',
      'demand',
      'doctor-checks',
      'help',
      'stages',
      'table',
    ];
    const named = files
      .map((file) => file.replace(/\.ts$/, ''))
      .filter((name) => !helpers.includes(name) && !name.startsWith('render-'));

    expect(commands.map(({ name }) => name).sort()).toEqual(named.sort());
    for (const command of commands) {
      expect(usageOf(commands)).toContain(`  ${command.name} `);
      for (const option of Object.keys(command.options ?? {})) {
        expect(helpOf(command)).toMatch(new RegExp(`\\n {2}--${option} .*\\w`));
      }
    }
  });

  test('explains itself, one command alone too, and exits with 0', async () => {
    const whole = await run('--help');
    expect([whole.code, whole.out]).toEqual([0, usageOf(commands)]);

    const one = await run('backup', '--help');
    expect(one.code).toBe(0);
    expect(one.out).toContain('npm run network -- backup --organization <o> --to <folder>');
    expect(one.out).toMatch(/--with-orderer +the orderer's ledger too/);
  });

  test.each([
    { what: 'nothing', args: [], says: '' },
    { what: 'a command that does not exist', args: ['dance'], says: 'There is no command dance; there are doctor, ' },
    { what: 'an option in place of a command', args: ['--json'], says: 'Name the command before --json' },
    { what: 'an option that does not exist', args: ['status', '--colour'], says: '--colour' },
    { what: 'a driver that does not exist', args: ['status', '--driver', 'fablo'], says: 'embedded, native, compose' },
    { what: 'a network that does not exist', args: ['resolve', '--network', 'six'], says: 'There is no network six' },
    { what: 'a port that is none', args: ['resolve', '--port-base', '80'], says: 'from 1024 to 65000, not 80' },
    { what: 'a transaction without its id', args: ['why'], says: 'why <txid>' },
    { what: 'a row of no lane', args: ['read-row', 'cedar', 'x'], says: 'read-row cedar 12' },
    { what: 'a version that is no word', args: ['deploy', '../1'], says: 'deploy 1.1' },
    { what: 'real nodes of another driver', args: ['backup'], says: '--driver native' },
    { what: 'members of another driver', args: ['add-org', 'birch'], says: '--driver native' },
    { what: 'certificates of another driver', args: ['renew-certs'], says: '--driver native' },
  ])('does not understand $what: exit code 2', async ({ args, says }) => {
    const said = await run(...args);

    expect(said.code).toBe(2);
    expect(said.out + said.err).toContain(says);
  });

  test.each(['status', 'compare', 'why', 'read-row', 'deploy', 'restart', 'renew-certs', 'add-org', 'remove-org'])(
    '%s says how to start a network where none runs: exit code 1, as JSON too',
    async (name) => {
      const about: Record<string, string[]> = {
        why: ['0'.repeat(64)],
        'read-row': ['cedar', '1'],
        deploy: ['1.1'],
        'add-org': ['birch'],
        'remove-org': ['birch'],
      };
      const said = await onFolder(name, ...(about[name] ?? []), '--driver', 'native', '--json');

      expect(said.code).toBe(1);
      expect(json(said).error).toMatch(/^No network runs in .*npm run network -- up --driver native/);
    },
  );

  test('resolves, draws and prints scrape settings as JSON', async () => {
    expect(json(await onFolder('resolve', '--driver', 'native', '--json'))).toMatchObject({
      name: 'four-banks',
      problems: [],
    });
    expect(json(await onFolder('resolve', '--driver', 'compose', '--json')).organizations[0].host).toBe(
      'cedar.tangram.example',
    );
    expect(json(await onFolder('topology', '--json')).channels).toEqual(['finance', 'audit']);
    expect(json(await onFolder('prometheus', '--driver', 'native', '--json')).scrape_configs.length).toBeGreaterThan(0);
    expect(json(await onFolder('down', '--json'))).toEqual({ wasRunning: false, purged: false });
  });

  test('refuses a bad network file with every reason: resolve exits with 1, up starts nothing', async () => {
    const file = join(folder, 'bad.yaml');
    const banks = ['cedar', 'maple', 'pine'].map((name) => `  - { name: ${name}, orderer: true }\n`).join('');
    const policy = "OR('CedarMSP.peer', 'MapleMSP.peer')";
    writeFileSync(
      file,
      `name: bad\norganizations:\n${banks}channels: [finance]\nchaincodes:\n  - { name: cedar, channel: finance, policy: "${policy}" }\n`,
    );

    const resolved = await onFolder('resolve', '--network', file, '--json');
    expect(resolved.code).toBe(1);
    expect(json(resolved).problems).toEqual([
      'BFT needs at least 4 orderers to survive the loss of one; this network has 3.',
      expect.stringContaining('The policy of cedar lets CedarMSP act alone'),
      expect.stringContaining('The policy of cedar lets MapleMSP act alone'),
    ]);
    const up = await onFolder('up', '--driver', 'native', '--network', file, '--json');
    expect([up.code, json(up).error]).toEqual([1, expect.stringContaining('The network bad is refused:\n  BFT needs')]);
  });

  test('says the three ways out where there are no programs of Fabric', async () => {
    const said = await onFolder('doctor', '--driver', 'native', '--json');

    expect(said.code).toBe(1);
    const fabric = json(said).findings.find(({ check }: { check: string }) => check === 'Fabric');
    expect(fabric.detail).toMatch(
      /1\. You have them[\s\S]*2\. This machine reaches GitHub[\s\S]*3\. Another machine does/,
    );
  });

  test.each(['embedded', 'native'])('finds a certificate of a foreign CA on the %s driver', async (driver) => {
    const organizations = join(folder, 'run', 'organizations');
    const network = resolve(readNetworkFile(defaultNetworkFile));
    await ensureOrganizations(organizations, identitiesOf(network));
    const certificateOf = (name: string) => join(organizationPaths(organizations, name).peerMsp, 'signcerts/cert.pem');
    copyFileSync(certificateOf('maple'), certificateOf('cedar'));

    const said = await onFolder('doctor', '--driver', driver, '--json');

    const found = json(said).findings.find(({ check }: { check: string }) => check === 'Certificates');
    expect([said.code, found.ok]).toEqual([1, false]);
    expect(found.detail).toMatch(/^cedar, peer \(.*\) was issued by .*, not by the organisation's own CA\.$/);
    expect(found.fix).toContain('npm run network -- renew-certs');
  });

  test('names the program that a FABRIC_BIN lacks', async () => {
    process.env.FABRIC_BIN = '/nowhere';
    const said = await onFolder('doctor', '--driver', 'native');

    expect(said.code).toBe(1);
    expect(said.out).toContain('✖ Fabric: FABRIC_BIN is /nowhere, which lacks orderer, peer, configtxgen.');
    expect(said.out).toContain('  fix: Set FABRIC_BIN to a folder with peer, orderer and configtxgen, or unset it.');
  });
});

describe('docs/operating', () => {
  const pages = readdirSync(join(root, 'docs/operating')).filter((file) => file.endsWith('.md'));
  const said = ['../../README.md', ...pages].flatMap((page) => {
    const text = readFileSync(join(root, 'docs/operating', page), 'utf8');
    return [...text.matchAll(/npm run network -- ([a-z-]+)([^`\n]*)/g)].map(([, name = '', rest = '']) => ({
      page,
      name,
      options: [...rest.matchAll(/--([a-z-]+)/g)].map(([, option]) => option ?? ''),
    }));
  });

  test('names only commands and options that there are', () => {
    const wrong = said.filter(({ name, options }) => {
      const known = Object.keys({ ...sharedOptions, ...commands.find((each) => each.name === name)?.options });
      return !commands.some((each) => each.name === name) || options.some((option) => !known.includes(option));
    });

    expect(said.length).toBeGreaterThan(30);
    expect(wrong).toEqual([]);
  });

  test('tells of every command', () => {
    const page = readFileSync(join(root, 'docs/operating/run-a-network.md'), 'utf8');

    expect(commands.filter(({ name }) => !page.includes(`\`${name}`)).map(({ name }) => name)).toEqual([]);
  });
});

describe('createNetwork', () => {
  test.each(['embedded', 'compose'] as const)('refuses another network than four-banks on the %s driver', (driver) => {
    const options = { driver, dataFolder: '/nowhere', file: '/somewhere/banks.yaml' };

    expect(() => createNetwork(options)).toThrow(
      `The ${driver} driver runs all of four-banks and no other network. For /somewhere/banks.yaml take --driver native.`,
    );
  });
});
