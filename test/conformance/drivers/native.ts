import { readFileSync } from 'node:fs';
import { createHost } from '../host.ts';
import type { ConformanceNetwork, PeerEndpoint } from '../network.ts';

/** What the tool that started a native network says about it. */
export interface NativeNetwork {
  organizations: string;
  peers: Record<string, PeerEndpoint>;
  servers: { name: string; ccid: string; address: string }[];
}

/** Attaches to a native network that is up and has the fixture deployed. */
export function attachNative(file: string): ConformanceNetwork {
  const native = JSON.parse(readFileSync(file, 'utf8')) as NativeNetwork;
  const fragile = createHost(native.servers.filter(({ name }) => name === 'fragile'));
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
