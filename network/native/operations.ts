import { readFileSync } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import { request } from 'node:https';
import { join } from 'node:path';
import type { ResolvedOrganization, ResolvedPeer } from '../config/resolve.ts';
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

export interface NodeAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
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
export function askNode(listener: NodeListener, path: string): Promise<NodeAnswer> {
  const { host, port, serverName, caFile, certFile, keyFile } = listener;
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        ...{ host, port, path, agent: false, timeout: answerMilliseconds, servername: serverName },
        ca: readFileSync(caFile),
        cert: readFileSync(certFile),
        key: readFileSync(keyFile),
      },
      async (response) => {
        let text = '';
        for await (const chunk of response.setEncoding('utf8')) text += chunk;
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
      },
    );
    sent.on('timeout', () => sent.destroy(new Error(`no answer within ${answerMilliseconds / 1000} s`)));
    sent.on('error', reject);
    sent.end();
  });
}
