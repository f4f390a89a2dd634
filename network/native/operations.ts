import { readFileSync } from 'node:fs';
import type { OutgoingHttpHeaders } from 'node:http';
import { join } from 'node:path';
import type { ResolvedOrganization, ResolvedPeer } from '../config/resolve.ts';
import { exchange, type HttpsAnswer } from '../https-exchange.ts';
import { organizationPaths } from '../identity/layout.ts';

const answerMilliseconds = 3_000;

/** A node's HTTP listener, which takes only TLS client certificates of its own organisation. */
export interface NodeListener {
  host: string;
  port: number;
  /** Name in the node's certificate. */
  serverName: string;
  caFile: string;
  certFile: string;
  keyFile: string;
}

interface NodeRequest {
  method?: 'POST';
  headers?: OutgoingHttpHeaders;
  body?: Uint8Array;
  /** Milliseconds. */
  timeout?: number;
}

/** Where a peer tells health, metrics and version. */
export function peerOperations(
  { name, host }: ResolvedOrganization,
  peer: ResolvedPeer,
  organizationsFolder: string,
): NodeListener {
  return {
    ...{ host, port: peer.operationsPort, serverName: `${peer.name}.${name}.tangram.example` },
    ...clientFiles(name, organizationsFolder),
  };
}

/** Where an orderer tells health, metrics and version. */
export function ordererOperations(
  { name, host, orderer }: ResolvedOrganization,
  organizationsFolder: string,
): NodeListener {
  return {
    ...{ host, port: orderer?.operationsPort ?? 0, serverName: `orderer0.${name}.tangram.example` },
    ...clientFiles(name, organizationsFolder),
  };
}

/** An orderer's channel participation API, as osnadmin uses it. */
export function ordererAdministration(organization: ResolvedOrganization, organizationsFolder: string): NodeListener {
  const port = organization.orderer?.adminPort ?? 0;
  return { ...ordererOperations(organization, organizationsFolder), port };
}

function clientFiles(organization: string, organizationsFolder: string) {
  const { gatewayTls, msp } = organizationPaths(organizationsFolder, organization);
  return {
    caFile: join(msp, 'tlscacerts/tlsca.pem'),
    certFile: join(gatewayTls, 'client.crt'),
    keyFile: join(gatewayTls, 'client.key'),
  };
}

/** Asks a node over HTTPS with a client certificate; throws when it does not answer, whatever its status otherwise. */
export function askNode(listener: NodeListener, path: string, more: NodeRequest = {}): Promise<HttpsAnswer> {
  const { host, port, serverName, caFile, certFile, keyFile } = listener;
  const { body, ...options } = more;
  const tls = { ca: readFileSync(caFile), cert: readFileSync(certFile), key: readFileSync(keyFile) };
  return exchange({ host, port, path, servername: serverName, timeout: answerMilliseconds, ...tls, ...options }, body);
}
