import { join } from 'node:path';
import { type BankName, banks } from '@tangram/network/config/topology.ts';
import { type BenchNetwork, bankPeers, gatewayConfigFile } from './bench-network.ts';
import { type Contestant, naiveCosts, ourCosts } from './contest.ts';
import { customerCount, customerId, openingBalance } from './load/accounts.ts';
import { type LoadProcess, startLoad } from './load/load-process.ts';
import type { AccountChoice, LoadSpec, Traffic } from './load/protocol.ts';
import type { BenchSettings, NaiveColumn } from './settings.ts';

/** The comparator pays between this many accounts, whatever ours does. */
const naiveAccounts = 5_000;
const naiveAccountsATransaction = 1_000;
const crossShare = 0.75;
const repeatedShare = 0.01;
const uncoveredShare = 0.001;

export type TrafficChange = Partial<
  Pick<Traffic, 'choice' | 'range' | 'isPlanted' | 'isSigned' | 'mixed' | 'crossShare' | 'hasRandomIds'>
>;

/** What customers of a bank do in most benches: three in four payments go to another bank. */
export function trafficOf(network: BenchNetwork, bank: BankName, change: TrafficChange = {}): Traffic {
  const choice: AccountChoice = { kind: 'uniform' };
  return {
    ...{ bank, banks: [...banks], accountsPerBank: network.accountsPerBank },
    ...{ choice, crossShare, repeatedShare, uncoveredShare },
    ...change,
  };
}

/**
 * A process for each bank that holds its lane through the client library, in place of the bank's own gateway. They stay
 * until the gateways are to serve again: the next bench that needs lanes makes its load with the same ones.
 */
export async function startLaneLoads(
  network: BenchNetwork,
  { inFlight, chunk }: Pick<BenchSettings, 'inFlight' | 'chunk'>,
  change?: TrafficChange,
): Promise<LoadProcess[]> {
  const specs = banks.map((bank) => ({
    kind: 'lanes' as const,
    configFile: gatewayConfigFile(network.dataFolder, bank),
    traffic: trafficOf(network, bank, change),
    inFlight,
    chunk,
  }));
  if (network.lanes.length === 0) {
    await network.haltGateways();
    network.lanes = await Promise.all(specs.map(startLoad));
  } else {
    await Promise.all(network.lanes.map((load, index) => load.change(specs[index] as (typeof specs)[number])));
  }
  return network.lanes;
}

/** Customers of each bank at its gateway's REST API: one by one, or a bank's own system with files of payments. */
export function startRestLoads(
  network: BenchNetwork,
  kind: 'rest' | 'bulk',
  { inFlight, chunk }: Pick<BenchSettings, 'inFlight' | 'chunk'>,
): Promise<LoadProcess[]> {
  return Promise.all(
    banks.map(async (bank): Promise<LoadProcess> => {
      const traffic = trafficOf(network, bank);
      const url = network.network.gatewayUrl(bank);
      if (kind === 'rest') {
        return startLoad({ kind, url, traffic, connections: inFlight, tokens: await customerTokens(network, bank) });
      }
      const tokens = [await network.network.token({ bank, role: 'operator' })];
      return startLoad({ kind, url, traffic, tokens, chunk, connections: Math.max(1, Math.round(inFlight / chunk)) });
    }),
  );
}

function customerTokens({ network, accountsPerBank }: BenchNetwork, bank: string): Promise<string[]> {
  return Promise.all(
    Array.from({ length: customerCount(accountsPerBank) }, (_, customer) =>
      network.token({ bank, role: 'customer', customerId: customerId(bank, customer) }),
    ),
  );
}

/** Opens accounts of every bank until there are so many, through the client library, each with its deposit. */
export async function openAccounts(network: BenchNetwork, accounts: number): Promise<number> {
  const perBank = Math.ceil(accounts / banks.length);
  if (network.accountsPerBank >= perBank) return 0;
  const startedAt = performance.now();
  const first = network.accountsPerBank;
  const customers = customerCount(perBank);
  network.accountsPerBank = perBank;
  const loads = await startLaneLoads(network, { inFlight: 1, chunk: 1 });
  await Promise.all(
    loads.map((load) =>
      load.openAccounts({ first, count: perBank - first, deposit: String(openingBalance), customers }),
    ),
  );
  return (performance.now() - startedAt) / 1000;
}

type NaiveSpec = Extract<LoadSpec, { kind: 'naive' }>;

/** The load of the naive chaincode. */
export function startNaiveLoad(
  { portBase, dataFolder }: BenchNetwork,
  chaincode: NaiveColumn,
  change: Pick<NaiveSpec, 'clients'> & Partial<Pick<NaiveSpec, 'operation'>>,
): Promise<LoadProcess> {
  const organizationsDir = join(dataFolder, 'organizations');
  return startLoad({
    kind: 'naive',
    ...{ organizationsDir, chaincode, accounts: naiveAccounts, operation: 'pay' },
    connections: bankPeers(portBase, organizationsDir),
    endorsement: chaincode === 'naive' ? 'home-and-other' : 'all',
    ...change,
  });
}

/** The comparators that a run asks for, each with its accounts opened. */
export function startNaive(
  network: BenchNetwork,
  { naive, clients }: Pick<BenchSettings, 'naive' | 'clients'>,
): Promise<Contestant[]> {
  return Promise.all(
    naive.map(async (name): Promise<Contestant> => {
      const load = await startNaiveLoad(network, name, { clients });
      // The accounts of an earlier bench on this network are still there.
      if (!network.naiveOpened.has(name)) {
        for (let first = 0; first < naiveAccounts; first += naiveAccountsATransaction) {
          await load.openAccounts({ first, count: naiveAccountsATransaction, deposit: '', customers: 0 });
        }
        network.naiveOpened.add(name);
      }
      return { name, loads: [load], costs: naiveCosts };
    }),
  );
}

/** Ours, against which the comparators run. */
export const ours = (loads: readonly LoadProcess[], change: Partial<Contestant> = {}): Contestant => ({
  ...{ name: 'ours', loads, costs: ourCosts },
  ...change,
});
