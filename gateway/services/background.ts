import type { Clock } from '../fabric/clock.ts';
import type { ServiceReadModel } from '../read-model/read-model.ts';
import type { GatewaySecrets } from '../secrets/secrets.ts';
import { startAutomaticSettlement } from './automatic-settlement.ts';
import { runHoldExpiry } from './hold-expiry.ts';
import { startInbox } from './inbox-service.ts';
import type { LaneWriter } from './lane/lane-writer.ts';
import { runLoanAccrual } from './loan-accrual.ts';
import { runLoanRequestExpiry } from './loan-request-expiry.ts';
import type { PairSettlement } from './settlement-service.ts';
import type { Siblings } from './siblings/siblings.ts';
import { keepLanes, takeOverLanes } from './take-over.ts';
import type { LedgerQueries, OperationService, ServiceConfig } from './types.ts';

interface Parts {
  config: ServiceConfig;
  clock: Clock;
  lanes: ReadonlyMap<string, LaneWriter>;
  siblings: Siblings;
  operations: OperationService;
  queries: LedgerQueries;
  settlement: PairSettlement;
  readModel: ServiceReadModel;
  secrets: GatewaySecrets;
  signal: AbortSignal;
  onProblem: (message: string, error?: unknown) => void;
}

/** Takes the lanes over, or finds the siblings that hold them; what a bank does by itself runs where its lane is held. */
export async function startBackground(parts: Parts): Promise<void> {
  const { config, lanes, siblings, operations, signal, onProblem } = parts;
  const { organization, banks } = config;
  const isBank = banks.includes(organization);
  for (const lane of lanes.values()) lane.start();
  const publicKey = isBank ? parts.secrets.encryptionPublicKey : undefined;
  const takeOver = { operations, lanes, siblings, signal, onProblem, publicKey };
  const lane = lanes.get(organization);
  if (isBank && lane) whileHolding(lane, signal, (holding) => startBankServices(parts, holding));
  await takeOverLanes(takeOver);
  keepLanes(takeOver);
}

function startBankServices(parts: Parts, signal: AbortSignal): void {
  const { config, clock, operations, settlement, readModel, onProblem } = parts;
  const { organization, banks } = config;
  const shared = { operations, readModel, signal, onProblem };
  startInbox({ ...shared, bank: organization, senders: banks.filter((bank) => bank !== organization) });
  startAutomaticSettlement({ organization, readModel, settlement, signal, onProblem });
  void runHoldExpiry({ ...shared, clock });
  void runLoanRequestExpiry({ operations, queries: parts.queries, signal, onProblem });
  void runLoanAccrual({ operations, queries: parts.queries, clock, signal, onProblem });
}

/** Starts work each time that this process takes the lane, and ends it when another one has. */
function whileHolding(lane: LaneWriter, signal: AbortSignal, start: (holding: AbortSignal) => void): void {
  let current: AbortController | undefined;
  lane.onRole(({ holding }) => {
    current?.abort();
    current = undefined;
    if (!holding || signal.aborted) return;
    current = new AbortController();
    start(AbortSignal.any([signal, current.signal]));
  });
}
