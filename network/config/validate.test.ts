import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { drawTopology } from '../commands/topology.ts';
import { organizationPaths } from '../identity/layout.ts';
import { ensureOrganizations } from '../identity/organizations.ts';
import { defaultNetworkFile, type NetworkFile, readNetworkFile } from './network-file.ts';
import { portsOf, resolve } from './resolve.ts';
import { organizationNames, policyOf } from './topology.ts';
import { validate } from './validate.ts';
import { validateCertificates } from './validate-certificates.ts';

const folder = mkdtempSync(join(tmpdir(), 'tangram-config-'));
const reference = () => readNetworkFile(defaultNetworkFile);
const problemsWith = (change: (file: NetworkFile) => void) => {
  const file = reference();
  change(file);
  return validate(resolve(file));
};

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('four-banks.yaml', () => {
  test('resolves to the reference network and is not refused', () => {
    const network = resolve(reference());

    expect(validate(network)).toEqual([]);
    expect(network.organizations.map(({ name }) => name)).toEqual(organizationNames);
    expect(network.organizations.filter(({ orderer }) => orderer).map(({ mspId }) => mspId)).toEqual([
      'CedarMSP',
      'MapleMSP',
      'PineMSP',
      'WillowMSP',
    ]);
    expect(network.chaincodes.find(({ name }) => name === 'cedar')?.policy).toBe(policyOf('cedar'));
    expect(network.lifecyclePolicy).toBe('MAJORITY Endorsement');
  });

  test('gives no port twice, wherever it is put', () => {
    const ports = portsOf(resolve(reference(), { gateway: 30_000, network: 30_000 })).map(({ port }) => port);

    expect(new Set(ports).size).toBe(ports.length);
    expect(Math.max(...ports)).toBeLessThan(30_200);
  });

  test('is drawn with every organisation, its ports and who may fail', () => {
    const picture = drawTopology(resolve(reference(), { gateway: 30_000, network: 30_000 }));

    for (const name of organizationNames) expect(picture).toContain(name);
    expect(picture).toContain(':30055');
    expect(picture).toContain('BFT among 4 orderers: 1 may fail or lie');
    expect(picture).toContain('AND(CentralbankMSP, OutOf(2, CedarMSP, MapleMSP, PineMSP, WillowMSP))');
  });
});

describe('validate', () => {
  test.each([
    {
      what: 'BFT with three orderers',
      change: (file: NetworkFile) => delete file.organizations[0]!.orderer,
      reason: 'BFT needs at least 4 orderers to survive the loss of one; this network has 3.',
    },
    {
      what: 'another consensus',
      change: (file: NetworkFile) => Object.assign(file, { ordering: { consensus: 'etcdraft' } }),
      reason: 'Consensus etcdraft is refused',
    },
    {
      what: 'an OR policy',
      change: (file: NetworkFile) =>
        Object.assign(file.chaincodes[0]!, { policy: "OR('CedarMSP.peer', 'MapleMSP.peer')" }),
      reason: 'The policy of cedar lets CedarMSP act alone',
    },
    {
      what: 'a nested policy that one alone satisfies',
      change: (file: NetworkFile) =>
        Object.assign(file.chaincodes[0]!, {
          policy: "OutOf(1, AND('CedarMSP.peer', 'CedarMSP.peer'), AND('MapleMSP.peer', 'PineMSP.peer'))",
        }),
      reason: 'The policy of cedar lets CedarMSP act alone',
    },
    {
      what: 'a policy that names a stranger',
      change: (file: NetworkFile) =>
        Object.assign(file.chaincodes[0]!, { policy: "AND('CedarMSP.peer', 'OakMSP.peer')" }),
      reason: 'asks for OakMSP, which is no member of the network',
    },
    {
      what: 'a lifecycle that any one can change',
      change: (file: NetworkFile) => Object.assign(file, { lifecyclePolicy: 'ANY Endorsement' }),
      reason: 'The lifecycle policy ANY Endorsement is refused',
    },
    {
      what: 'ports that clash',
      change: (file: NetworkFile) => Object.assign(file, { ports: { gateway: 7050, network: 7000 } }),
      reason: 'Port 7051 is wanted twice: by gateway of cedar and by peer of cedar.',
    },
    {
      what: 'blocks that no message can carry',
      change: (file: NetworkFile) => Object.assign(file, { ordering: { absoluteMaxMegabytes: 200 } }),
      reason: 'absoluteMaxMegabytes 200 is above 99',
    },
    {
      what: 'a usual block above the largest one',
      change: (file: NetworkFile) =>
        Object.assign(file, { ordering: { preferredMaxMegabytes: 50, absoluteMaxMegabytes: 10 } }),
      reason: 'preferredMaxMegabytes 50 is above absoluteMaxMegabytes 10',
    },
    {
      what: 'a chaincode for a channel that is not there',
      change: (file: NetworkFile) => Object.assign(file, { channels: ['audit'] }),
      reason: 'Chaincode cedar is for channel finance, which the network does not have.',
    },
    {
      what: 'an organisation named twice',
      change: (file: NetworkFile) => Object.assign(file.organizations[1]!, { name: 'cedar' }),
      reason: 'Organisation cedar is named twice.',
    },
  ])('refuses $what with the reason', ({ change, reason }) => {
    expect(problemsWith(change).join('\n')).toContain(reason);
  });
});

describe('readNetworkFile', () => {
  test('names every field that it does not know or lacks', () => {
    const file = join(folder, 'bad.yaml');
    writeFileSync(
      file,
      'name: bad\norganisations: []\nchannels: [finance]\nchaincodes: [{ name: cedar, chanel: finance }]\n',
    );

    expect(() => readNetworkFile(file)).toThrow(
      /network has no field organisations[\s\S]*network lacks organizations, which must be a list[\s\S]*chaincode cedar has no field chanel[\s\S]*chaincode cedar lacks channel, which must be text/,
    );
  });

  test.each([
    { what: 'no YAML', text: 'name: [four\n', says: /bad\.yaml cannot be read: [\s\S]*line 2/ },
    { what: 'a list', text: '- four-banks\n', says: /It must be a map with the fields name, organizations, channels/ },
    { what: 'nothing', text: '', says: /It must be a map with the fields name/ },
    {
      what: 'a word for a truth',
      text: 'organizations: [{ name: cedar, orderer: "yes" }]\n',
      says: /orderer of organization cedar must be true or false, not "yes"/,
    },
    { what: 'an empty entry', text: 'chaincodes: [null]\n', says: /chaincode 1 must be a map, not null/ },
    { what: 'a channel that is a number', text: 'channels: [1]\n', says: /channel 1 must be text, not 1/ },
    {
      what: 'a time that is a word',
      text: 'ordering: { batchMilliseconds: soon, leaderHeartbeatSeconds: -1 }\n',
      says: /batchMilliseconds of ordering must be a whole number above 0, not "soon"[\s\S]*leaderHeartbeatSeconds of ordering must be a number, not -1/,
    },
    {
      what: 'a port that is none',
      text: 'ports: { network: high }\n',
      says: /network of ports must be a whole number/,
    },
    {
      what: 'a CA without its files',
      text: 'organizations: [{ name: cedar, ca: { url: "https://ca" } }]\n',
      says: /the ca of organization cedar lacks tlsCaFile, which must be text/,
    },
  ])('refuses $what, and says where', ({ text, says }) => {
    const file = join(folder, 'bad.yaml');
    writeFileSync(file, text);

    expect(() => readNetworkFile(file)).toThrow(says);
  });
});

describe('validateCertificates', () => {
  const network = resolve(reference());
  const yearMilliseconds = 365 * 24 * 3600 * 1000;
  let organizations: string;

  beforeEach(async () => {
    organizations = mkdtempSync(join(folder, 'organizations-'));
    await ensureOrganizations(
      organizations,
      network.organizations.map(({ name, mspId, orderer }) => ({ name, mspId, orderer: orderer !== undefined })),
    );
  });

  test('finds nothing wrong with what was just issued', () => {
    expect(validateCertificates(network, organizations)).toEqual([]);
  });

  test('names expired certificates', () => {
    const problems = validateCertificates(network, organizations, Date.now() + 11 * yearMilliseconds);

    expect(problems[0]).toMatch(/^cedar, CA .* expired on .*: renew it\.$/);
  });

  test("names a certificate of another organisation's CA, and one that is absent", () => {
    const certOf = (name: string) => join(organizationPaths(organizations, name).peerMsp, 'signcerts/cert.pem');
    writeFileSync(certOf('cedar'), readFileSync(certOf('maple')));
    rmSync(certOf('pine'));

    const problems = validateCertificates(network, organizations);

    expect(problems).toHaveLength(2);
    expect(problems[0]).toContain("not by the organisation's own CA");
    expect(problems[1]).toMatch(/^pine, peer .* is absent/);
  });
});
