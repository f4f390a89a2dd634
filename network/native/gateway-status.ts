import { gatewayUrlOf, instanceName, type ResolvedNetwork } from '../config/resolve.ts';
import { settle } from './settle.ts';

const answerMilliseconds = 3_000;

export interface GatewayReport {
  organization: string;
  /** `cedar`, or `cedar.1` for its second gateway. */
  gateway: string;
  url: string;
  ready?: boolean;
  /** Lanes that it writes. */
  lanes?: string[];
  readModelBlock?: number;
  error?: string;
}

interface Readiness {
  status: string;
  readModelBlock: string | null;
  lanes: { lane: string; holding: boolean }[];
}

/** Asks every gateway whether it can book, which lanes it writes and how far its read model is. */
export function gatewayReports({ organizations }: ResolvedNetwork): Promise<GatewayReport[]> {
  return Promise.all(
    // What runs elsewhere listens to its own machine only.
    organizations
      .filter(({ elsewhere }) => !elsewhere)
      .flatMap((organization) =>
        organization.gateways.map(async (gateway): Promise<GatewayReport> => {
          const { name } = organization;
          const url = gatewayUrlOf(organization, gateway);
          const about = { organization: name, gateway: instanceName(name, gateway.index), url };
          const { value, error } = await settle(askReadiness(url));
          if (!value) return { ...about, error };
          return {
            ...about,
            ready: value.status === 'ready',
            lanes: value.lanes.flatMap(({ lane, holding }) => (holding ? [lane] : [])),
            ...(value.readModelBlock !== null && { readModelBlock: Number(value.readModelBlock) }),
          };
        }),
      ),
  );
}

async function askReadiness(url: string): Promise<Readiness> {
  const response = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(answerMilliseconds) });
  return (await response.json()) as Readiness;
}

/** A bank is open while one of its gateways can book; each that cannot is a problem of its own. */
export function gatewayProblems(gateways: readonly GatewayReport[]): string[] {
  return gateways.flatMap(({ gateway, url, ready, error }) => {
    if (error !== undefined) return [`The gateway of ${gateway} at ${url} does not answer: ${error}`];
    return ready ? [] : [`The gateway of ${gateway} at ${url} answers that it is not ready.`];
  });
}
