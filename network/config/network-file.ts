import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parse } from 'yaml';
import type { CaSettings } from '../identity/layout.ts';
import { problemsOfFile } from './network-file-shape.ts';

const networksFolder = join(import.meta.dirname, '..', 'networks');

/** The network that is started when no other file is named. */
export const defaultNetworkFile = join(networksFolder, 'four-banks.yaml');

/** The file of a network by its name here (`four-banks-ha`) or by its path. Refuses one that is not there. */
export function findNetworkFile(nameOrPath: string): string {
  const known = join(networksFolder, `${nameOrPath}.yaml`);
  if (existsSync(known)) return known;
  if (existsSync(nameOrPath)) return resolve(nameOrPath);
  const names = readdirSync(networksFolder).map((file) => file.replace(/\.yaml$/, ''));
  throw new Error(`There is no network ${nameOrPath}: give a YAML file, or one of ${names.sort().join(', ')}.`);
}

/** What an operator writes: who takes part, and what differs from the defaults. */
export interface NetworkFile {
  name: string;
  organizations: {
    name: string;
    orderer?: boolean;
    host?: string;
    /** Business identifier code, by which ISO 20022 files may name a bank. */
    bic?: string;
    /** It was a member and left: its place and its ledger stay, nothing of it runs. */
    left?: boolean;
    /** How many, each with a chaincode service beside it; 1 unless said. */
    peers?: number;
    /** How many; 1 unless said. */
    gateways?: number;
    /** The fabric-ca that certifies its keys; paths are relative to the network file. */
    ca?: CaSettings;
  }[];
  channels: string[];
  chaincodes: { name: string; channel: string; policy?: string }[];
  lifecyclePolicy?: string;
  ordering?: Partial<Ordering>;
  /** Base ports of gateways and of nodes. */
  ports?: { gateway?: number; network?: number };
}

export interface Ordering {
  consensus: string;
  /** A block is cut at this many transactions, these bytes, or this time after its first transaction. */
  maxMessageCount: number;
  preferredMaxMegabytes: number;
  absoluteMaxMegabytes: number;
  batchMilliseconds: number;
  /** How long a leader may be silent before a view change. */
  leaderHeartbeatSeconds: number;
}

/** Reads a network file. Refuses, naming them: what is no YAML, fields it does not know, required ones that lack, wrong types. */
export function readNetworkFile(file: string): NetworkFile {
  const value = parseYaml(file);
  const problems = problemsOfFile(value);
  if (problems.length > 0) throw new Error(`${file} cannot be used:\n  ${problems.join('\n  ')}`);
  const read = value as NetworkFile;
  return { ...read, organizations: read.organizations.map((each) => withPathsFrom(dirname(file), each)) };
}

function parseYaml(file: string): unknown {
  try {
    return parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new Error(`${file} cannot be read: ${(error as Error).message}`, { cause: error });
  }
}

function withPathsFrom(folder: string, organization: NetworkFile['organizations'][number]) {
  const { ca } = organization;
  if (!ca) return organization;
  const absolute = { tlsCaFile: resolve(folder, ca.tlsCaFile), registrarFile: resolve(folder, ca.registrarFile) };
  return { ...organization, ca: { ...ca, ...absolute } };
}
