import { holdContest } from '../contest.ts';
import { ours, startLaneLoads } from '../contestants.ts';
import { columnOf } from '../report.ts';
import type { Bench } from '../run-bench.ts';
import { measureVerifyCeiling } from '../verify-ceiling.ts';

const algorithms = ['ES256', 'Ed25519'] as const;
/** Both endorsers of a payment run on this machine, and each verifies its signature. */
const endorsers = 2;
const ceilingMilliseconds = 3_000;
/** Of what the ceiling allows, this much is signed beforehand; what goes beyond it is signed on the way. */
const preparedShare = 0.7;

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
    const windows = await holdContest(
      network,
      ceilings.map(({ algorithm, perSecond }) => {
        const perBank = (perSecond / endorsers / loads.length) * preparedShare;
        const seconds = settings.warmUpSeconds + settings.seconds;
        const preparation = { algorithm, perSecond: perBank, payments: Math.ceil(perBank * seconds) };
        return ours(loads, { name: algorithm, preparation });
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
