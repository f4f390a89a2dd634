import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import type { HostOptions, ServedChaincode } from './chaincode-host.ts';

const WORKERS_BY_DEFAULT = 4;

/**
 * Reads the host's settings from the environment: CHAINCODE_SERVERS (JSON array of {name, ccid, address} and, to have
 * other code refused, the SHA-256 of this program as digest) or the file that CHAINCODE_SERVERS_FILE names,
 * CHAINCODE_TLS_KEY, CHAINCODE_TLS_CERT and CHAINCODE_TLS_CLIENT_CA (files, all or none) and
 * TANGRAM_CLOCK_FILE (development only), CHAINCODE_VERIFY_WORKERS (threads that verify customers' signatures; without
 * it one for each core, at most four).
 */
export function readConfiguration(environment: NodeJS.ProcessEnv): Omit<HostOptions, 'operations'> {
  const tls = readTls(environment);
  return {
    servers: readServers(environment),
    clock: createClock(environment.TANGRAM_CLOCK_FILE),
    verifyWorkers: readVerifyWorkers(environment.CHAINCODE_VERIFY_WORKERS),
    ...(tls === undefined ? {} : { tls }),
  };
}

function readServers({ CHAINCODE_SERVERS: text, CHAINCODE_SERVERS_FILE: file }: NodeJS.ProcessEnv): ServedChaincode[] {
  const servers: unknown = JSON.parse(file ? readFileSync(file, 'utf8') : (text ?? '[]'));
  const isServer = (server: unknown): server is ServedChaincode =>
    ['name', 'ccid', 'address'].every((field) => typeof (server as Record<string, unknown>)?.[field] === 'string');
  if (!Array.isArray(servers) || servers.length === 0 || !servers.every(isServer)) {
    throw new Error('CHAINCODE_SERVERS must be a JSON array of {name, ccid, address}');
  }
  demandCode(servers);
  return servers;
}

/** A package id says nothing about the code behind it, so the service itself refuses to be other than what was deployed. */
function demandCode(servers: readonly ServedChaincode[]): void {
  const digests = new Set(servers.flatMap(({ digest }) => digest ?? []));
  if (digests.size === 0) return;
  const own = createHash('sha256')
    .update(readFileSync(process.argv[1] ?? ''))
    .digest('hex');
  for (const digest of digests) {
    if (digest === own) continue;
    throw new Error(
      `This program's digest is ${own}, but ${digest} is in force. Run that one, or deploy this one: network deploy <version>.`,
    );
  }
}

function readVerifyWorkers(text: string | undefined): number {
  if (text === undefined || text === '') return Math.min(availableParallelism(), WORKERS_BY_DEFAULT);
  if (!/^([1-9]|[1-5][0-9]|6[0-4])$/.test(text)) throw new Error('CHAINCODE_VERIFY_WORKERS must be from 1 to 64');
  return Number(text);
}

function readTls(environment: NodeJS.ProcessEnv): HostOptions['tls'] {
  const names = ['CHAINCODE_TLS_KEY', 'CHAINCODE_TLS_CERT', 'CHAINCODE_TLS_CLIENT_CA'] as const;
  const files = names.map((name) => environment[name] ?? '');
  if (files.every((file) => file === '')) return undefined;
  if (files.includes('')) throw new Error(`${names.join(', ')} go together`);
  const [key, cert, clientCACerts] = files.map((file) => readFileSync(file)) as [Buffer, Buffer, Buffer];
  return { key, cert, clientCACerts };
}

/** The machine's clock; on the embedded network moved by the offset that its clock file holds. */
export function createClock(file: string | undefined): () => number {
  if (file === undefined || file === '') return Date.now;
  return () => Date.now() + readOffset(file);
}

function readOffset(file: string): number {
  try {
    return (JSON.parse(readFileSync(file, 'utf8')) as { offsetMs: number }).offsetMs;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0;
    throw error;
  }
}
