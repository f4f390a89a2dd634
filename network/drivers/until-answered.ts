import { gatewayUrlOf, instanceName, type ResolvedOrganization } from '../config/resolve.ts';

/** A cold start with a million accounts takes minutes where all organisations share two cores. */
export const readyMilliseconds = 600_000;

/** Resolves when every gateway of an organisation says that it can serve, one after the other. */
export async function untilGatewaysReady(organization: ResolvedOrganization): Promise<void> {
  for (const gateway of organization.gateways) {
    await untilGatewayReady(instanceName(organization.name, gateway.index), gatewayUrlOf(organization, gateway));
  }
}

/** Resolves when the gateway at an address says that it can serve. */
export const untilGatewayReady = (instance: string, url: string): Promise<void> =>
  untilAnswered(`The gateway of ${instance}`, async () => {
    const response = await fetch(`${url}/readyz`);
    if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
  });

/** Asks again until there is a good answer; after ten minutes throws with the last bad one. */
export async function untilAnswered(who: string, ask: () => Promise<unknown>): Promise<void> {
  const deadline = Date.now() + readyMilliseconds;
  for (;;) {
    try {
      await ask();
      return;
    } catch (error) {
      if (Date.now() > deadline) {
        throw new Error(`${who} is not ready after ten minutes: ${(error as Error).message}`, { cause: error });
      }
    }
    await new Promise((wake) => setTimeout(wake, 50));
  }
}
