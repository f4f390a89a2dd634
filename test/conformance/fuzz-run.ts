import { setTimeout as delay } from 'node:timers/promises';
import { tamper } from './fuzz-envelopes.ts';
import { createRandom, type Plan, planRound, type Random } from './fuzz-steps.ts';
import { loadMember } from './member.ts';
import type { ConformanceNetwork } from './network.ts';
import { type Endorsed, Session } from './session.ts';

const markerAttempts = 40;

interface FuzzOptions {
  seed: number;
  rounds: number;
  say?(text: string): void;
  /** Done once, between endorsing and ordering the transactions of a round: an upgrade of a definition. */
  halfway?(): Promise<void>;
}

/** Rounds of conflicting, refused and tampered transactions; returns how many were ordered and how many refused. */
export async function runFuzz(network: ConformanceNetwork, { seed, rounds, say = () => {}, halfway }: FuzzOptions) {
  const random = createRandom(seed);
  const sessions = new Map<string, Session>();
  const sessionOf = ({ mspId, role }: Pick<Plan, 'mspId' | 'role'>): Session => {
    const name = `${mspId}/${role}`;
    const session = sessions.get(name) ?? new Session(network, loadMember(network, mspId, role));
    sessions.set(name, session);
    return session;
  };
  const counts = { ordered: 0, tampered: 0, refusedByPeers: 0, refusedByOrderers: 0 };
  for (let round = 1; round <= rounds; round += 1) {
    const endorsed = await Promise.all(
      planRound(random, seed).map(async (plan) => ({
        plan,
        transaction: await endorseOrNothing(sessionOf(plan), plan),
      })),
    );
    if (round === Math.ceil(rounds / 2)) await halfway?.();
    const sent = endorsed.map(async ({ plan, transaction }) => {
      if (!transaction) {
        counts.refusedByPeers += 1;
      } else if (!(await order(transaction, { plan, session: sessionOf(plan), random }))) {
        counts.refusedByOrderers += 1;
      } else {
        counts.ordered += 1;
        if (plan.isTampered) counts.tampered += 1;
      }
    });
    await Promise.all(sent);
    await commitMarker(sessionOf({ mspId: 'CedarMSP', role: 'gateway' }), `marker${seed}-${round}`);
    if (round % 10 === 0) say(`round ${round} of ${rounds}: ${JSON.stringify(counts)}`);
  }
  return counts;
}

/** Peers refuse many of these, as they should: a client refused is no error of the fuzzer. */
async function endorseOrNothing(session: Session, { steps, target }: Plan): Promise<Endorsed | undefined> {
  try {
    return await session.endorse(steps, target);
  } catch (error) {
    if (typeof (error as { code?: unknown }).code !== 'number') throw error;
    return undefined;
  }
}

interface OrderContext {
  plan: Plan;
  session: Session;
  random: Random;
}

/** Has a transaction ordered, changed when its plan says so; false when it was refused. */
async function order(endorsed: Endorsed, { plan, session, random }: OrderContext): Promise<boolean> {
  try {
    if (plan.isTampered) await session.submitEnvelope(endorsed.txId, tamper(endorsed, session, random));
    else await endorsed.transaction.submit();
    return true;
  } catch (error) {
    if (typeof (error as { code?: unknown }).code !== 'number') throw error;
    return false;
  }
}

/** A transaction that must commit ends each round; peers at different heights do not agree on it at once. */
async function commitMarker(session: Session, key: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const { code } = await session.submit([{ do: 'put', key, value: '1' }]);
      if (code !== 'VALID') throw new Error(`the marker ${key} came out as ${code}`);
      return;
    } catch (error) {
      if (typeof (error as { code?: unknown }).code !== 'number' || attempt === markerAttempts) throw error;
    }
    await delay(200);
  }
}
