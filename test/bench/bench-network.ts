import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { organizations, resolvePorts } from '@tangram/network/config/topology.ts';
import { createControlClient } from '@tangram/network/embedded/control-client.ts';
import { organizationPaths } from '@tangram/network/identity/layout.ts';
import { findPortBase, startEmbeddedProcess } from '../conformance/drivers/embedded-process.ts';
import { createHost } from '../conformance/host.ts';
import { loadMember } from '../conformance/member.ts';
import type { ConformanceNetwork } from '../conformance/network.ts';
import { closeClients, Session } from '../conformance/session.ts';

const chaincodeFile = fileURLToPath(new URL('chaincode/main.ts', import.meta.url));

/** An embedded network with the naive payment chaincode, endorsed by all four banks. */
export interface BenchNetwork {
  session: Session;
  /** Memory of the network's process now, in megabytes. */
  residentMegabytes(): number;
  close(): Promise<void>;
}

/** Folder and ports of a network that may be started several times. */
export async function prepare(): Promise<{ data: string; base: number; remove(): void }> {
  const data = mkdtempSync(join(tmpdir(), 'tangram-bench-'));
  return { data, base: await findPortBase(1), remove: () => rmSync(data, { recursive: true, force: true }) };
}

/** Starts network and chaincode side by side, deploys (again, when it is there already) and connects. */
export async function startBenchNetwork({ data, base }: { data: string; base: number }): Promise<BenchNetwork> {
  const address = `127.0.0.1:${base + 100}`;
  const ccid = `naive_1:${createHash('sha256').update('naive').digest('hex')}`;
  const host = createHost([{ ccid, address }], chaincodeFile);
  const [network] = await Promise.all([startEmbeddedProcess({ data, base }), host.start()]);
  const ports = resolvePorts({ gateway: base, network: base });
  await createControlClient(`http://127.0.0.1:${ports.control}`).deploy({
    channel: 'finance',
    name: 'naive',
    version: '1',
    sequence: 1,
    policy: "AND('CedarMSP.peer','MapleMSP.peer','PineMSP.peer','WillowMSP.peer')",
    packageId: ccid,
    servers: Object.fromEntries(organizations.map(({ mspId }) => [mspId, address])),
  });
  const organizationsDir = join(data, 'organizations');
  const peers = {
    CedarMSP: {
      endpoint: `127.0.0.1:${ports.peers.cedar}`,
      tlsCa: join(organizationPaths(organizationsDir, 'cedar').msp, 'tlscacerts/tlsca.pem'),
    },
  };
  const at = { organizationsDir, peers } as unknown as ConformanceNetwork;
  return {
    session: new Session(at, loadMember(at, 'CedarMSP')),
    residentMegabytes: () =>
      Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${network.pid}/status`, 'utf8'))?.[1]) / 1024,
    async close() {
      closeClients();
      await Promise.all([network.stop(), host.stop()]);
    },
  };
}

/** Commits one transaction of the naive chaincode; true when it is valid. */
export async function commitNaive(session: Session, parameters: string[]): Promise<boolean> {
  const [name, ...rest] = parameters;
  const proposal = session.call(name as string, rest, { chaincode: 'naive', endorsers: 'plan' });
  const transaction = await proposal.endorse();
  const submitted = await transaction.submit();
  return (await submitted.getStatus()).successful;
}
