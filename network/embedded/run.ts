import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { channels, organizations, resolvePorts } from '../config/topology.ts';
import { ensureOrganizations } from '../identity/organizations.ts';
import { notice, startControl } from './control.ts';
import { releaseStartMemory } from './memory.ts';
import { startNetwork } from './network.ts';
import type { BatchLimits } from './orderer/block-cutter.ts';

const usage = `Usage: node network/embedded/main.ts --data <folder> [options]
  --network-port-base <n>  peers listen from n+51, the control port is n+60 (default 7000)
  --listen <address>       listen there instead of on loopback, and demand TLS client certificates
  --config <file>          JSON: {"batch": {"maxMessageCount", "preferredMaxBytes", "timeoutMs"}, "executeTimeoutMs", "channels"}
  --memory                 keep the ledger in memory only
`;

interface FileConfig {
  batch?: Partial<BatchLimits>;
  executeTimeoutMs?: number;
  channels?: string[];
}

/** Runs the network as the command line asks, until it is told to stop; announces itself on both outputs. */
export async function run(): Promise<void> {
  const { values } = parseArgs({
    options: {
      data: { type: 'string' },
      'network-port-base': { type: 'string', default: '7000' },
      listen: { type: 'string' },
      config: { type: 'string' },
      memory: { type: 'boolean', default: false },
    },
  });
  if (!values.data) {
    process.stderr.write(usage);
    process.exitCode = 2;
    return;
  }
  const portBase = Number.parseInt(values['network-port-base'], 10);
  const ports = resolvePorts({ gateway: 0, network: portBase });
  const config = values.config ? (JSON.parse(readFileSync(values.config, 'utf8')) as FileConfig) : {};
  process.stderr.write(`Tangram embedded network. ${notice}.\n`);
  if (values.listen) {
    process.stderr.write(
      `WARNING: listening on ${values.listen}, beyond this machine, with keys of every organisation in one process. ` +
        'Clients must show a TLS certificate of an organisation.\n',
    );
  }
  await ensureOrganizations(`${values.data}/organizations`, organizations);
  const embedded = await startNetwork({
    dataDir: values.data,
    organizations,
    host: values.listen ?? '127.0.0.1',
    ports: ports.peers,
    channels: config.channels ?? Object.values(channels),
    isInMemory: values.memory,
    demandsClientCertificate: values.listen !== undefined,
    ...(config.batch ? { batch: config.batch } : {}),
    ...(config.executeTimeoutMs ? { executeTimeoutMs: config.executeTimeoutMs } : {}),
  });
  const control = await startControl(embedded, ports.control);

  let isStopping = false;
  const stop = async () => {
    if (isStopping) return;
    isStopping = true;
    await control.close();
    await embedded.close();
    process.exit(0);
  };
  process.on('SIGTERM', () => void stop());
  process.on('SIGINT', () => void stop());
  process.stdout.write(
    `${JSON.stringify({ ready: true, notice, control: `http://127.0.0.1:${control.port}`, ports: embedded.ports })}\n`,
  );
  releaseStartMemory();
}
