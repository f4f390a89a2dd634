import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { untilAnswered } from '@tangram/network/drivers/until-answered.ts';
import { createHost, type Host } from '../host.ts';
import type { ConformanceNetwork, PeerEndpoint } from '../network.ts';

/** What the tool that started a native network says about it. */
export interface NativeNetwork {
  organizations: string;
  peers: Record<string, PeerEndpoint>;
  servers: { name: string; ccid: string; address: string }[];
  /** The container of `fragile`, where containers run the fixture. */
  fragileContainer?: string;
}

/** Attaches to a native network that is up and has the fixture deployed. */
export function attachNative(file: string): ConformanceNetwork {
  const native = JSON.parse(readFileSync(file, 'utf8')) as NativeNetwork;
  const { fragileContainer, servers } = native;
  const own = servers.filter(({ name }) => name === 'fragile');
  const fragile = fragileContainer === undefined ? createHost(own) : createContainerHost(fragileContainer);
  return {
    driver: 'native',
    isInStep: false,
    organizationsDir: native.organizations,
    peers: native.peers,
    inOneBlock: (_channel, submit) => submit(),
    startFragile: () => fragile.start(),
    stopFragile: () => fragile.stop(),
    close: () => fragile.stop(),
  };
}

/** A container that the suite may start and kill. */
function createContainerHost(container: string): Host {
  const docker = (...args: string[]) => promisify(execFile)('docker', args);
  return {
    async start() {
      await docker('start', container);
      const check = ['exec', container, '/usr/local/bin/node', '/app/health.mjs', 'chaincode'];
      await untilAnswered('The service of fragile', () => docker(...check));
    },
    async stop() {
      const { stdout } = await docker('inspect', '--format', '{{.State.Running}}', container);
      if (stdout.trim() === 'true') await docker('kill', container);
    },
  };
}
