import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import type { ServiceConfig } from './services/types.ts';

const strict = { additionalProperties: false };
const File = Type.String({ minLength: 1 });
const Positive = Type.Integer({ minimum: 1 });
const KeyPair = Type.Object({ certFile: File, keyFile: File }, strict);

/** Another gateway of the same organisation. */
const Sibling = Type.Object(
  {
    url: Type.String({ pattern: '^https?://[^/]+$' }),
    /** Authority of the sibling's HTTPS certificate, where the machine does not trust it anyway. */
    tlsCaFile: Type.Optional(File),
  },
  strict,
);

/** A certificate to tell the end of: in a file, or as presented at host:port. */
const WatchedCertificate = Type.Union([
  Type.Object({ use: Type.String({ minLength: 1 }), file: File }, strict),
  Type.Object(
    {
      use: Type.String({ minLength: 1 }),
      endpoint: Type.String({ pattern: ':[0-9]+$' }),
      serverName: Type.Optional(Type.String()),
    },
    strict,
  ),
]);

const Limits = Type.Object(
  {
    bodyBytes: Type.Optional(Positive),
    /** For bulk payments and payment initiations. */
    fileBytes: Type.Optional(Positive),
    requestsPerMinute: Type.Optional(Positive),
    requestSeconds: Type.Optional(Positive),
    streams: Type.Optional(Positive),
  },
  strict,
);

const ConfigSchema = Type.Object(
  {
    organization: Type.String({ pattern: '^[a-z][a-z0-9]{1,30}$' }),
    mspId: Type.String({ minLength: 1 }),
    host: Type.Optional(Type.String({ minLength: 1 })),
    port: Type.Integer({ minimum: 0, maximum: 65535 }),
    /** Serve HTTPS with this certificate; plain HTTP is for loopback or behind a proxy that ends TLS. */
    tls: Type.Optional(KeyPair),
    peers: Type.Array(
      Type.Object(
        {
          mspId: Type.String(),
          endpoint: Type.String({ pattern: ':[0-9]+$' }),
          tlsCaFile: File,
          serverName: Type.Optional(Type.String()),
        },
        strict,
      ),
      { minItems: 1 },
    ),
    /**
     * Fabric identity. A sibling's requests are believed when signed with the same certificate or, where `caFile` names
     * the organisation's authority, with another of the same subject, so that certificates can be renewed one by one.
     */
    identity: Type.Object({ certFile: File, keyFile: File, caFile: Type.Optional(File) }, strict),
    siblings: Type.Optional(Type.Array(Sibling)),
    tlsClient: Type.Optional(KeyPair),
    encryptionKeyFile: File,
    /** Keys of the subjects of credit data, one file each; a folder beside `encryptionKeyFile` when absent. */
    subjectKeysFolder: Type.Optional(File),
    digestKeyFile: File,
    channel: Type.String({ minLength: 1 }),
    readModel: Type.Union([
      Type.Object({ kind: Type.Literal('sqlite'), file: File }, strict),
      Type.Object({ kind: Type.Literal('postgres'), url: Type.String() }, strict),
    ]),
    issuer: Type.Object({ jwksUrl: Type.String(), issuer: Type.String(), audience: Type.String() }, strict),
    banks: Type.Array(Type.String(), { minItems: 2 }),
    /** Banks that left the network: nobody is paid there, and what they wrote is still history. */
    formerBanks: Type.Optional(Type.Array(Type.String())),
    /** Business identifier codes of the banks, for agents in ISO 20022 files. */
    bics: Type.Optional(Type.Record(Type.String(), Type.String())),
    clockFile: Type.Optional(File),
    batchOperationsMax: Type.Optional(Positive),
    queueOperationsMax: Type.Optional(Positive),
    logLevel: Type.Optional(
      Type.Union([Type.Literal('debug'), Type.Literal('info'), Type.Literal('warn'), Type.Literal('silent')]),
    ),
    limits: Type.Optional(Limits),
    /** What /metrics tells beyond the gateway's own: the organisation's other certificates, and the disks of folders. */
    watch: Type.Optional(
      Type.Object(
        {
          certificates: Type.Optional(Type.Array(WatchedCertificate)),
          folders: Type.Optional(Type.Array(Type.String({ pattern: '^/' }))),
        },
        strict,
      ),
    ),
  },
  strict,
);

/** A gateway's configuration file; ServiceConfig is the part that the services read. */
export type GatewayConfig = Static<typeof ConfigSchema> & ServiceConfig;

export interface Limits {
  bodyBytes: number;
  fileBytes: number;
  requestsPerMinute: number;
  requestSeconds: number;
  streams: number;
}

const DEFAULT_LIMITS: Limits = {
  bodyBytes: 64 * 1024,
  fileBytes: 16 * 1024 * 1024,
  requestsPerMinute: 60_000,
  requestSeconds: 60,
  streams: 200,
};

/** The limits in force: the configured ones over the defaults. */
export function limitsOf(config: Pick<GatewayConfig, 'limits'>): Limits {
  return { ...DEFAULT_LIMITS, ...config.limits };
}

const FILE_FIELDS = [
  'certFile',
  'keyFile',
  'caFile',
  'tlsCaFile',
  'encryptionKeyFile',
  'subjectKeysFolder',
  'digestKeyFile',
  'clockFile',
  'file',
];

/** Reads and checks a configuration file; file names in it are relative to it. Throws with the field at fault. */
export function loadConfig(file: string): GatewayConfig {
  let parsed: unknown;
  try {
    parsed = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new Error(`The configuration ${file} cannot be read as JSON.`, { cause: error });
  }
  const check = Compile(ConfigSchema);
  if (!check.Check(parsed)) {
    const [first] = check.Errors(parsed);
    throw new Error(`The configuration ${file} is invalid at ${first?.instancePath || '/'}: ${first?.message}.`);
  }
  return resolveFiles(parsed, dirname(resolve(file))) as GatewayConfig;
}

function resolveFiles(value: unknown, folder: string): unknown {
  if (Array.isArray(value)) return value.map((item) => resolveFiles(item, folder));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [
      name,
      FILE_FIELDS.includes(name) && typeof item === 'string' ? resolve(folder, item) : resolveFiles(item, folder),
    ]),
  );
}
