import { type BenchReport, type Typical, typicalOf } from './report.ts';

/** Core milliseconds of one payment at one organisation of each kind of work, from a run of the reference network. */
export interface PaymentCosts {
  /** Committing it, which every peer of the channel does. */
  commit: number;
  /** Endorsing it, at each of two peers. */
  endorse: number;
  /** Judging it, at the chaincode of each of the two. */
  judge: number;
  /** Ordering it, at each of four orderers. */
  order: number;
  /** Forming and answering its batch, at the home bank's gateway. */
  form: number;
  /** Following it, at every gateway. */
  follow: number;
}

const referencePeers = 5;
const referenceOrderers = 4;
const endorsers = 2;
/** The share of a gateway's work that is its own lane's; the simulation makes the same assumption. */
const formShare = 0.5;
/** Of a core that is never to wait. */
const utilisation = 0.7;

/** Splits the processor time of a payment; a peer is taken to spend as much on endorsing a payment as on committing it. */
export function costsOfPayment({ processorMilliseconds }: Pick<Typical, 'processorMilliseconds'>): PaymentCosts {
  const {
    peers = 0,
    orderers = 0,
    chaincode = 0,
    gateways = 0,
    'peers and orderers': single = 0,
  } = processorMilliseconds;
  const peer = (peers + single) / (referencePeers + endorsers);
  return {
    commit: peer,
    endorse: peer,
    judge: chaincode / endorsers,
    order: orderers / referenceOrderers,
    form: gateways * formShare,
    follow: (gateways * (1 - formShare)) / referencePeers,
  };
}

export interface Channel {
  banks: number;
  /** Cores of each bank's own machine. */
  cores: number;
}

export interface Capacity {
  paymentsPerSecond: number;
  /** What is used up first. */
  limit: string;
}

/** Payments a second that one channel carries, each bank on a machine of its own and with one lane. */
export function capacityOf(costs: PaymentCosts, { banks, cores }: Channel): Capacity {
  const { commit, endorse, judge, order, form, follow } = costs;
  // Of all payments a bank endorses its own and, on average, as many of others; it forms its own.
  const endorsedShare = endorsers / banks;
  // Each orderer speaks with every other one, so its work grows with their number.
  const ordering = (order * banks) / referenceOrderers;
  const machine = commit + follow + ordering + (endorse + judge) * endorsedShare + form / banks;
  const limits: [string, number][] = [
    ["the cores of a bank's machine", (1_000 * utilisation * cores) / machine],
    ['the one thread of a chaincode process', (1_000 * utilisation) / (judge * endorsedShare)],
    ["the thread of a gateway's lane", (1_000 * utilisation) / (form / banks)],
    ["the thread of a gateway's read model", (1_000 * utilisation) / follow],
  ];
  const [[limit, paymentsPerSecond]] = limits.sort(([, a], [, b]) => a - b) as [[string, number]];
  return { paymentsPerSecond, limit };
}

/** Channels that a load needs, when this share of payments goes from one channel to another and is booked in both. */
export const channelsFor = (perSecond: number, capacity: Capacity, crossShare: number): number =>
  Math.ceil((perSecond * (1 + crossShare)) / capacity.paymentsPerSecond);

/** Memory that an account takes in a chaincode process, in bytes; from two runs that differ in their accounts. */
export function bytesOfAccount(few: BenchReport, many: BenchReport, processes = referencePeers): number | undefined {
  const megabytes = ({ columns }: BenchReport) => typicalOf(columns[0]?.windows ?? [])?.megabytes.chaincode;
  const [less, more] = [megabytes(few), megabytes(many)];
  const accounts = many.settings.accounts - few.settings.accounts;
  if (less === undefined || more === undefined || accounts <= 0) return undefined;
  return ((more - less) * 2 ** 20) / accounts / processes;
}
