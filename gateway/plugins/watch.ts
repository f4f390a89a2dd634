import { X509Certificate } from 'node:crypto';
import { readFileSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { connect } from 'node:tls';
import type { GatewayConfig } from '../config.ts';

export interface WatchedCertificate {
  /** Whose it is: an MSP id. */
  mspId: string;
  /** What it is for: `gateway identity`, `peer TLS`. */
  use: string;
  /** File that holds it, or host:port that presents it. */
  place: string;
}

export interface CertificateFact extends WatchedCertificate {
  /** When it ends, in seconds since 1970; undefined while nobody presents it or its file cannot be read. */
  notAfter: number | undefined;
}

export interface DiskFact {
  folder: string;
  freeBytes: number;
  sizeBytes: number;
}

export interface Watch {
  certificates(): CertificateFact[];
  disks(): DiskFact[];
  stop(): void;
}

interface Source extends WatchedCertificate {
  read(): Promise<X509Certificate>;
}

type Watched = Pick<GatewayConfig, 'mspId' | 'identity' | 'tls' | 'tlsClient' | 'peers' | 'readModel' | 'watch'>;

const handshakeMilliseconds = 5_000;

/** Looks every so often at the gateway's own certificates, at those that nodes present, and at disks. */
export function startWatch(config: Watched, everySeconds = 60): Watch {
  const sources = sourcesOf(config);
  let facts: CertificateFact[] = sources.map((source) => ({ ...placeOf(source), notAfter: undefined }));
  const look = async () => {
    facts = await Promise.all(sources.map(readFact));
  };
  void look();
  const timer = setInterval(() => void look(), everySeconds * 1000);
  timer.unref();
  return {
    certificates: () => facts,
    disks: () => foldersOf(config).flatMap(diskOf),
    stop: () => clearInterval(timer),
  };
}

const placeOf = ({ mspId, use, place }: Source): WatchedCertificate => ({ mspId, use, place });

async function readFact(source: Source): Promise<CertificateFact> {
  try {
    const certificate = await source.read();
    return { ...placeOf(source), notAfter: Date.parse(certificate.validTo) / 1000 };
  } catch {
    return { ...placeOf(source), notAfter: undefined };
  }
}

function sourcesOf({ mspId, identity, tls, tlsClient, peers, watch }: Watched): Source[] {
  const own = (use: string, file: string | undefined) =>
    file === undefined ? [] : [inFile({ mspId, use, place: file })];
  const authorities = new Map(peers.map((peer) => [peer.tlsCaFile, peer.mspId]));
  return [
    ...own('gateway identity', identity.certFile),
    ...own('gateway TLS', tls?.certFile),
    ...own('gateway TLS client', tlsClient?.certFile),
    ...[...authorities].map(([place, owner]) => inFile({ mspId: owner, use: 'TLS CA', place })),
    ...peers.map(({ mspId: owner, endpoint, serverName }) =>
      presented({ mspId: owner, use: 'peer TLS', place: endpoint }, serverName),
    ),
    ...(watch?.certificates ?? []).map((entry) =>
      'file' in entry
        ? inFile({ mspId, use: entry.use, place: entry.file })
        : presented({ mspId, use: entry.use, place: entry.endpoint }, entry.serverName),
    ),
  ];
}

function inFile(place: WatchedCertificate): Source {
  return { ...place, read: async () => new X509Certificate(readFileSync(place.place)) };
}

/** Only looks: whom to believe is decided where calls are made, and an expired certificate must be seen too. */
function presented(place: WatchedCertificate, serverName: string | undefined): Source {
  return { ...place, read: () => presentedCertificate(place.place, serverName) };
}

/** The certificate that whoever listens at host:port shows. */
export function presentedCertificate(endpoint: string, serverName?: string): Promise<X509Certificate> {
  const colon = endpoint.lastIndexOf(':');
  const host = endpoint.slice(0, colon);
  return new Promise((resolve, reject) => {
    const socket = connect({
      host,
      port: Number(endpoint.slice(colon + 1)),
      // A TLS server name is never an IP address (RFC 6066).
      servername: serverName ?? (/^[\d.:[\]]+$/.test(host) ? 'localhost' : host),
      ALPNProtocols: ['h2', 'http/1.1'],
      rejectUnauthorized: false,
      timeout: handshakeMilliseconds,
    });
    socket.once('secureConnect', () => {
      const certificate = socket.getPeerX509Certificate();
      socket.destroy();
      if (certificate) resolve(certificate);
      else reject(new Error(`${endpoint} presents no certificate`));
    });
    socket.once('timeout', () => socket.destroy(new Error(`${endpoint} does not answer`)));
    socket.once('error', reject);
  });
}

function foldersOf({ readModel, watch }: Watched): string[] {
  const own = readModel.kind === 'sqlite' ? [dirname(readModel.file)] : [];
  return [...new Set([...own, ...(watch?.folders ?? [])])];
}

function diskOf(folder: string): DiskFact[] {
  try {
    const { bavail, blocks, bsize } = statfsSync(folder);
    return [{ folder, freeBytes: bavail * bsize, sizeBytes: blocks * bsize }];
  } catch {
    return [];
  }
}
