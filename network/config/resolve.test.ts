import { gatewayConfig } from '../drivers/gateway-config.ts';
import { defaultNetworkFile, findNetworkFile, type NetworkFile, readNetworkFile } from './network-file.ts';
import { peerAddress, portsOf, resolve } from './resolve.ts';
import { validate } from './validate.ts';

const reference = () => readNetworkFile(defaultNetworkFile);
const doubled = () => readNetworkFile(findNetworkFile('four-banks-ha'));
const bases = { gateway: 30_000, network: 30_000 };
const withCounts = (counts: { peers?: number; gateways?: number }): NetworkFile => {
  const file = reference();
  return { ...file, organizations: file.organizations.map((organization) => ({ ...organization, ...counts })) };
};

describe('resolve', () => {
  test('gives the first peer and gateway of four-banks-ha the names and ports that they have in four-banks', () => {
    const single = resolve(reference(), bases).organizations;
    const double = resolve(doubled(), bases).organizations;

    expect(double.map(({ peers: [first] }) => first)).toEqual(single.map(({ peers: [first] }) => first));
    expect(double.map(({ gateways: [first] }) => first)).toEqual(single.map(({ gateways: [first] }) => first));
    expect(double.map(({ orderer }) => orderer)).toEqual(single.map(({ orderer }) => orderer));
  });

  test('gives the second peer a chaincode service of its own, 200 ports on', () => {
    const [cedar] = resolve(doubled(), bases).organizations;

    expect(cedar?.peers).toHaveLength(2);
    expect(cedar?.peers[1]).toMatchObject({
      index: 1,
      name: 'peer1',
      port: 30_251,
      operationsPort: 30_271,
      chaincodeListenPort: 30_281,
    });
    expect(cedar?.peers[1]?.chaincode).toMatchObject({ cedar: 30_300, consortium: 30_305 });
    expect(cedar?.gateways).toEqual([
      { index: 0, port: 30_001 },
      { index: 1, port: 30_201 },
    ]);
  });

  test.each([1, 2, 3, 4])('gives no port twice to five organisations with %d of everything', (count) => {
    const network = resolve(withCounts({ peers: count, gateways: count }), bases);
    const ports = portsOf(network).map(({ port }) => port);

    expect(validate(network)).toEqual([]);
    expect(new Set(ports).size).toBe(ports.length);
    expect(Math.max(...ports)).toBeLessThan(31_000);
  });

  test('gives no port twice to nine organisations with two of everything', () => {
    const file = withCounts({ peers: 2, gateways: 2 });
    const more = ['oak', 'elm', 'ash', 'fir'].map((name) => ({ name, orderer: true, peers: 2, gateways: 2 }));
    const network = resolve({ ...file, organizations: [...file.organizations, ...more] }, bases);

    expect(validate(network)).toEqual([]);
  });

  test.each([
    { counts: { peers: 0 }, says: 'The number of peers of cedar must be a whole number from 1 to 4, not 0.' },
    { counts: { peers: 1.5 }, says: 'The number of peers of cedar must be a whole number from 1 to 4, not 1.5.' },
    { counts: { gateways: 5 }, says: 'The number of gateways of cedar must be a whole number from 1 to 4, not 5.' },
  ])('refuses the counts $counts', ({ counts, says }) => {
    expect(() => resolve(withCounts(counts))).toThrow(says);
  });

  test('refuses gateways whose base puts them on the ports of second peers', () => {
    const network = resolve(doubled(), { gateway: 30_250, network: 30_000 });

    expect(validate(network).join('\n')).toContain(
      'Port 30251 is wanted twice: by gateway of cedar and by peer of cedar.1.',
    );
  });
});

describe('gatewayConfig', () => {
  test('names own peers first, both, and the gateway beside it', () => {
    const network = resolve(doubled(), bases);
    const [cedar, maple] = network.organizations;
    const places = { organizationsFolder: '/organizations', folder: '/gateways/cedar.1', issuerUrl: 'http://issuer' };
    const config = gatewayConfig(network, 'cedar', { ...places, index: 1 });

    expect(config.port).toBe(30_201);
    expect(config.peers.slice(0, 3)).toMatchObject([
      { mspId: 'CedarMSP', endpoint: peerAddress(cedar!) },
      { mspId: 'CedarMSP', endpoint: peerAddress(cedar!, cedar?.peers[1]) },
      { mspId: 'MapleMSP', endpoint: peerAddress(maple!) },
    ]);
    expect(config.siblings).toEqual([{ url: 'http://127.0.0.1:30001' }]);
    expect(config.readModel).toEqual({ kind: 'sqlite', file: '/gateways/cedar.1/read-model.sqlite' });
    expect(() => gatewayConfig(network, 'cedar', { ...places, index: 2 })).toThrow('cedar has no gateway 2');
  });
});

describe('findNetworkFile', () => {
  test('takes a name or a path, and says which names there are', () => {
    expect(findNetworkFile('four-banks')).toBe(defaultNetworkFile);
    expect(findNetworkFile(defaultNetworkFile)).toBe(defaultNetworkFile);
    expect(() => findNetworkFile('five-banks')).toThrow(
      /There is no network five-banks: give a YAML file, or one of four-banks, four-banks-ha/,
    );
  });
});
