import { loadConfig } from './config.ts';
import { createServices } from './services/create-services.ts';
import type { BulkOperation, GatewayServices, OperationOutcome, Requester, ServiceConfig } from './services/types.ts';

export type { BulkOperation as ClientOperation, OperationOutcome, Requester, ServiceConfig };

/** A bank's gateway without HTTP, for programs that embed it. It is the bank's gateway: no other may run beside it. */
export interface GatewayClient extends GatewayServices {
  /**
   * Books operations of one lane, in order, in as many batches as they need; one outcome each, in their order; never
   * rejects. Answers when they are committed; `readModel.waitForBlock` tells when reads show them. What does not fit
   * into the lane's queue is answered GATEWAY_BUSY as a whole, to be sent again.
   */
  submitOperations(
    lane: string,
    operations: readonly BulkOperation[],
    requester?: Requester,
  ): Promise<OperationOutcome[]>;
}

/** Connects, takes the bank's lane over and starts what a bank's gateway does by itself. `config`: as of `main.ts`. */
export async function openClient(config: string | ServiceConfig): Promise<GatewayClient> {
  const services = await createServices(typeof config === 'string' ? loadConfig(config) : config);
  await services.start();
  const program: Requester = { kind: 'operator', subject: 'client' };
  return {
    ...services,
    submitOperations: (lane, operations, requester = program) =>
      services.operations.submitBulk(lane, operations, requester),
  };
}
