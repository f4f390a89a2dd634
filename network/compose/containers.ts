import { readNetworkFile } from '../config/network-file.ts';
import { type ResolvedNetwork, resolve } from '../config/resolve.ts';

/** Host name that all containers of an organisation share: they are one machine to the others. */
export const hostOf = (organization: string): string => `${organization}.tangram.example`;

/** Host name and port of the development issuer. */
export const issuerUrlOf = ({ issuerPort }: ResolvedNetwork): string => `http://issuer.tangram.example:${issuerPort}`;

/** The network of a file, with each organisation on its own host of the compose network. */
export function resolveForCompose(file: string): ResolvedNetwork {
  const network = readNetworkFile(file);
  const organizations = network.organizations.map((entry) => ({ ...entry, host: hostOf(entry.name) }));
  const resolved = resolve({ ...network, organizations });
  // Containers of one organisation ask its gateway by that name; what others may reach is what compose publishes.
  return { ...resolved, organizations: resolved.organizations.map((each) => ({ ...each, gatewayHost: each.host })) };
}
