import { join } from 'node:path';
import { instanceName, type ResolvedNetwork, type ResolvedOrganization } from '../config/resolve.ts';
import { organizationPaths } from '../identity/layout.ts';

/** Alerts of the product, as Prometheus reads them. */
export const rulesFile = join(import.meta.dirname, '..', '..', 'docs/operating/monitoring/tangram-rules.yaml');

interface ScrapeOptions {
  organizationsFolder: string;
  /** Only the gateways: the embedded network's nodes have no metrics. */
  gatewaysOnly?: boolean;
  scrapeSeconds?: number;
}

interface Target {
  targets: string[];
  labels: { organization: string; node: string };
}

/** A Prometheus configuration for everything that a network's organisations run; each node is asked with TLS and a client certificate. */
export function scrapeConfig(
  { organizations }: Pick<ResolvedNetwork, 'organizations'>,
  options: ScrapeOptions,
): object {
  const { organizationsFolder, gatewaysOnly = false, scrapeSeconds = 15 } = options;
  const gateways = organizations.flatMap(({ name, gatewayHost, gateways: own }) =>
    own.map(({ index, port }) => target(`${gatewayHost}:${port}`, name, index)),
  );
  const nodes = gatewaysOnly ? [] : organizations.flatMap((each) => nodeJobs(each, organizationsFolder));
  return {
    global: { scrape_interval: `${scrapeSeconds}s`, evaluation_interval: `${scrapeSeconds}s` },
    rule_files: [rulesFile],
    scrape_configs: [{ job_name: 'tangram-gateway', static_configs: gateways }, ...nodes],
  };
}

const target = (address: string, organization: string, index = 0): Target => ({
  targets: [address],
  labels: { organization, node: instanceName(organization, index) },
});

/** One job a node: the name in the certificate, and so the TLS settings, are the node's own. The label `job` is the kind's. */
function nodeJobs({ name, host, orderer, peers }: ResolvedOrganization, organizationsFolder: string): object[] {
  const { gatewayTls, msp } = organizationPaths(organizationsFolder, name);
  const job = (kind: string, serverNode: string, entry: Target) => ({
    job_name: `${kind}-${entry.labels.node}`,
    scheme: 'https',
    tls_config: {
      ca_file: join(msp, 'tlscacerts/tlsca.pem'),
      cert_file: join(gatewayTls, 'client.crt'),
      key_file: join(gatewayTls, 'client.key'),
      server_name: `${serverNode}.${name}.tangram.example`,
    },
    static_configs: [{ ...entry, labels: { ...entry.labels, job: kind } }],
  });
  return [
    ...peers.map((peer) => job('tangram-peer', peer.name, target(`${host}:${peer.operationsPort}`, name, peer.index))),
    ...(orderer ? [job('tangram-orderer', 'orderer0', target(`${host}:${orderer.operationsPort}`, name))] : []),
  ];
}
