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
  restart?: string;
  cap_drop?: string[];
  security_opt?: string[];
  mem_limit?: string;
  healthcheck?: { test: string[] };
  entrypoint?: string[];
  tmpfs?: string[];
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
const file = parse(readFileSync(join(root, 'docker-compose.yaml'), 'utf8'), { merge: true, maxAliasCount: -1 }) as {
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
    // `npm run images -- --pin` adds a digest.
    const [peer, orderer] = [environment.FABRIC_PEER_IMAGE, environment.FABRIC_ORDERER_IMAGE].map(
      (image) => image?.split('@')[0],
    );
    expect(peer).toBe(`hyperledger/fabric-peer:${fabricVersion}`);
    expect(orderer).toBe(`hyperledger/fabric-orderer:${fabricVersion}`);
  });

  test('runs every container as nobody, on a read-only root', () => {
    const loose = services.filter(([, { user, read_only }]) => user !== '65532:65532' || read_only !== true);

    expect(loose.map(([name]) => name)).toEqual([]);
  });

  test('gives every container no capability or new privilege, a limit of memory, and a policy for its end', () => {
    const loose = services.filter(
      ([, { cap_drop, security_opt, mem_limit, restart }]) =>
        cap_drop?.[0] !== 'ALL' || security_opt?.[0] !== 'no-new-privileges:true' || !mem_limit || !restart,
    );

    expect(loose.map(([name]) => name)).toEqual([]);
  });

  test('checks the health of every container that stays, in the file or in our image', () => {
    const ownImages = /\$\{(GATEWAY|CHAINCODE|CHAINCODE_B)_IMAGE\}/;
    const unchecked = services.filter(
      ([name, { healthcheck, image, entrypoint }]) =>
        !['prepare', 'open'].includes(name) && !healthcheck && (!ownImages.test(image) || entrypoint),
    );

    expect(unchecked.map(([name]) => name)).toEqual([]);
  });

  test('covers the volumes that the Fabric images declare, so that none is left without a name', () => {
    const nodes = services.filter(([name]) => /-(peer|orderer)$/.test(name));

    expect(nodes).toHaveLength(9);
    for (const [name, { tmpfs = [] }] of nodes) {
      const folders = tmpfs.map((entry) => entry.split(':')[0]);
      expect([name, folders]).toEqual([name, ['/tmp', '/etc/hyperledger/fabric', '/var/hyperledger']]);
    }
  });

  test('has the containers of every organisation of the resolved network, on its one host', () => {
    const expected = network.organizations.flatMap(({ name, orderer }) => [
      ...(orderer ? [`${name}-orderer`] : []),
      ...['peer', 'chaincode', 'chaincode-b', 'gateway', 'postgres'].map((role) => `${name}-${role}`),
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
