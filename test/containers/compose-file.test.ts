import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { resolveForCompose } from '@tangram/network/compose/containers.ts';
import { defaultNetworkFile } from '@tangram/network/config/network-file.ts';
import { fabricVersion } from '@tangram/network/native/binaries.ts';
import { parse } from 'yaml';

interface Service {
  image: string;
  user?: string;
  read_only?: boolean;
  network_mode?: string;
  volumes?: string[];
  ports?: string[];
  command?: string[];
  environment?: Record<string, string>;
}

const root = join(import.meta.dirname, '..', '..');
const environment = Object.fromEntries(
  readFileSync(join(root, '.env'), 'utf8')
    .split('\n')
    .filter((line) => /^[A-Z]/.test(line))
    .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
);
const file = parse(readFileSync(join(root, 'docker-compose.yaml'), 'utf8'), { merge: true }) as {
  services: Record<string, Service>;
  volumes: Record<string, null>;
};
const services = Object.entries(file.services);
const network = resolveForCompose(defaultNetworkFile);
const names = network.organizations.map(({ name }) => name);

describe('docker-compose.yaml', () => {
  test('names in .env every image and port, and nothing else', () => {
    const used = JSON.stringify(file).matchAll(/\$\{([A-Z_]+)\}/g);
    const read = ['COMPOSE_PROFILES', 'COMPOSE_PROJECT_NAME'];

    expect([...new Set([...used].map(([, name]) => name)), ...read].sort()).toEqual(Object.keys(environment).sort());
  });

  test('runs the Fabric release that the network tool is written for', () => {
    expect(environment.FABRIC_PEER_IMAGE).toBe(`hyperledger/fabric-peer:${fabricVersion}`);
    expect(environment.FABRIC_ORDERER_IMAGE).toBe(`hyperledger/fabric-orderer:${fabricVersion}`);
  });

  test('runs every container as nobody, on a read-only root', () => {
    const loose = services.filter(([, { user, read_only }]) => user !== '65532:65532' || read_only !== true);

    expect(loose.map(([name]) => name)).toEqual([]);
  });

  test('has the containers of every organisation of the resolved network, on its one host', () => {
    const expected = network.organizations.flatMap(({ name, orderer }) => [
      ...(orderer ? [`${name}-orderer`] : []),
      ...['peer', 'chaincode', 'gateway', 'postgres'].map((role) => `${name}-${role}`),
    ]);
    const own = services.filter(([name]) => name.includes('-'));

    expect(own.map(([name]) => name).sort()).toEqual(expected.sort());
    for (const [name, { network_mode }] of own)
      expect([name, network_mode]).toEqual([name, `service:${name.split('-')[0]}`]);
  });

  test('shows an organisation its own volume only', () => {
    const foreign = services
      .filter(([name]) => !['prepare', 'open', 'issuer'].includes(name))
      .flatMap(([name, { volumes = [] }]) => volumes.map((volume) => ({ name, volume })))
      .filter(({ name, volume }) => !volume.startsWith('./') && volume.split(/[-:]/)[0] !== name.split('-')[0]);

    expect(foreign).toEqual([]);
    expect(Object.keys(file.volumes).sort()).toEqual(
      ['set-up', 'issuer', ...names, ...names.map((name) => `${name}-postgres`)].sort(),
    );
  });

  test('publishes the resolved ports of gateways and issuer, on loopback only', () => {
    const published = services.flatMap(([, { ports = [] }]) => ports).sort();
    const expected = [
      ...network.organizations.map(
        ({ name, gateways: [gateway] }) => `127.0.0.1:\${${name.toUpperCase()}_PORT}:${gateway.port}`,
      ),
      `127.0.0.1:\${ISSUER_PORT}:${network.issuerPort}`,
    ];

    expect(published).toEqual(expected.sort());
  });
});
