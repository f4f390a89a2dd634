import { holdContest } from '../contest.ts';
import { ours, startLaneLoads } from '../contestants.ts';
import type { Preparation } from '../load/protocol.ts';
import { columnOf } from '../report.ts';
import type { Bench } from '../run-bench.ts';
import { measureVerifyCeiling } from '../verify-ceiling.ts';

const algorithms = ['ES256', 'Ed25519'] as const;
/** Both endorsers of a payment run on this machine, and each verifies its signature. */
const endorsers = 2;
const ceilingMilliseconds = 3_000;
/**
 * Signed beforehand is what a first window, in which it is done on the way, has shown to go, and so much more: the ids
 * bear times, and times that run away from the ledger's would be another bench.
 */
const preparedShare = 1.2;

/** Payments that carry a customer's signature, which both endorsers verify. */
export const signed: Bench = {
  name: 'signed',
  needsOwnNetwork: true,
  about:
    'every payment carries its customer’s signature (P-256, then Ed25519), signed before the window and verified by both endorsers; half of the accounts have keys and take part',
  async run({ network, settings, keep }) {
    const ceilings = [];
    const milliseconds = Math.min(ceilingMilliseconds, settings.seconds * 1000);
    for (const algorithm of algorithms) ceilings.push(await measureVerifyCeiling(algorithm, milliseconds));
    // The other half stays without keys, for benches that share the network.
    const range = { from: network.accountsPerBank >> 1, to: network.accountsPerBank };
    const loads = keep(await startLaneLoads(network, settings, { isSigned: true, range }));
    const seconds = settings.warmUpSeconds + settings.seconds;
    const contestant = (algorithm: Preparation['algorithm'], perSecond: number) =>
      ours(loads, {
        name: algorithm,
        preparation: { algorithm, perSecond: Math.max(1, perSecond), payments: Math.ceil(perSecond * seconds) },
      });
    const first = await holdContest(
      network,
      ceilings.map(({ algorithm }) => contestant(algorithm, 0)),
      { ...settings, rounds: 1, profile: false },
    );
    const windows = await holdContest(
      network,
      ceilings.map(({ algorithm }) => {
        const shown = first.get(algorithm)?.[0]?.paymentsPerSecond ?? 0;
        return contestant(algorithm, (shown / loads.length) * preparedShare);
      }),
      settings,
    );
    const columns = [...windows].map(([name, each]) => columnOf(name, each));
    return {
      columns,
      figures: Object.fromEntries(
        ceilings.flatMap(({ algorithm, perSecond, cachedMicroseconds }) => [
          [`${algorithm} verifications/s with every core`, perSecond],
          [`${algorithm} µs a verification`, cachedMicroseconds],
        ]),
      ),
      aims: ceilings.map(({ algorithm, perSecond }, index) => {
        const share = ((columns[index]?.paymentsPerSecond.median ?? 0) * endorsers) / perSecond;
        const figure = `${(share * 100).toFixed(0)} %`;
        return {
          what: `${algorithm}: verifications/s of the verify ceiling`,
          aim: '≥ 50 %',
          figure,
          isMet: share >= 0.5,
        };
      }),
    };
  },
};
