import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as grpc from '@grpc/grpc-js';
import { type Contract, connect, hash } from '@hyperledger/fabric-gateway';
import { organizations, resolvePorts } from '@tangram/network/config/topology.ts';
import { createControlClient } from '@tangram/network/embedded/control-client.ts';
import { organizationPaths } from '@tangram/network/identity/layout.ts';
import { findPortBase, startEmbeddedProcess } from '../conformance/drivers/embedded-process.ts';
import { loadMember, signMessage } from '../conformance/member.ts';
import { startProcess } from '../conformance/process.ts';

const chaincodeFile = fileURLToPath(new URL('chaincode/main.ts', import.meta.url));

const quiet = { CORE_CHAINCODE_LOGGING_LEVEL: 'critical', CORE_CHAINCODE_LOGGING_SHIM: 'critical' };

/** An embedded network with the naive payment chaincode, endorsed by all four banks. */
export interface BenchNetwork {
  contract: Contract;
  /** Memory of the network's process now, in megabytes. */
  residentMegabytes(): number;
  /** Processor time used so far, in milliseconds: it says more than a rate on a machine that others use too. */
  processorMilliseconds(): { network: number; chaincode: number; client: number };
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
  const [network, chaincode] = await Promise.all([
    startEmbeddedProcess({ data, base }),
    startProcess(chaincodeFile, [], { CHAINCODE_SERVERS: JSON.stringify([{ ccid, address }]), ...quiet }),
  ]);
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
  const endpoint = `127.0.0.1:${ports.peers.cedar}`;
  const tlsCa = readFileSync(join(organizationPaths(organizationsDir, 'cedar').msp, 'tlscacerts/tlsca.pem'));
  const client = new grpc.Client(endpoint, grpc.credentials.createSsl(tlsCa));
  const member = loadMember({ organizationsDir }, 'CedarMSP');
  const gateway = connect({
    client,
    identity: { mspId: member.mspId, credentials: member.certificate },
    // Node signs messages, not digests, natively; the client's own signer in JavaScript would cost more than the network.
    hash: hash.none,
    signer: async (message) => signMessage(member, message),
  });
  return {
    contract: gateway.getNetwork('finance').getContract('naive'),
    residentMegabytes: () =>
      Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${network.pid}/status`, 'utf8'))?.[1]) / 1024,
    processorMilliseconds() {
      const { user, system } = process.cpuUsage();
      return {
        network: processorTime(network.pid),
        chaincode: processorTime(chaincode.pid),
        client: (user + system) / 1000,
      };
    },
    async close() {
      gateway.close();
      client.close();
      await Promise.all([network.stop(), chaincode.stop()]);
    },
  };
}

const millisecondsATick = 10;

function processorTime(pid: number): number {
  // After the command in brackets: state is the first field, user and system time the 12th and 13th.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * millisecondsATick;
}

/** Commits one transaction of the naive chaincode; true when it is valid. */
export async function commitNaive(contract: Contract, [name, ...parameters]: string[]): Promise<boolean> {
  const submitted = await contract.submitAsync(name as string, { arguments: parameters });
  return (await submitted.getStatus()).successful;
}
