import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import * as grpc from '@grpc/grpc-js';
import { type Contract, connect, EndorseError, type Gateway, GatewayError, hash } from '@hyperledger/fabric-gateway';
import { peer } from '@hyperledger/fabric-protos';
import { loadMember, signMessage } from '../../conformance/member.ts';
import { runWindow } from './pace.ts';
import type { Load, LoadFigures, LoadSpec } from './protocol.ts';

const channel = 'finance';
const callMilliseconds = 60_000;
const askAgainMilliseconds = 100;

type NaiveSpec = Extract<LoadSpec, { kind: 'naive' }>;

interface Client {
  mspId: string;
  contract: Contract;
  /** Answers for blocks and transactions that the peer holds. */
  system: Contract;
}

/** Clients of the naive chaincode, as many at each bank, who pay in a closed loop with the unmodified client. */
export async function openNaiveLoad(spec: NaiveSpec): Promise<Load> {
  const { connections, organizationsDir, chaincode } = spec;
  const open: { gateway: Gateway; client: grpc.Client }[] = [];
  const clients = connections.map(({ endpoint, tlsCa, mspId }): Client => {
    const client = new grpc.Client(endpoint, grpc.credentials.createSsl(readFileSync(tlsCa)));
    const member = loadMember({ organizationsDir }, mspId);
    const deadline = () => ({ deadline: Date.now() + callMilliseconds });
    const gateway = connect({
      client,
      identity: { mspId, credentials: member.certificate },
      // Node signs messages, not digests, natively; the client's own signer in JavaScript would cost more than the network.
      hash: hash.none,
      signer: async (message) => signMessage(member, message),
      endorseOptions: deadline,
      submitOptions: deadline,
      commitStatusOptions: deadline,
    });
    open.push({ gateway, client });
    const network = gateway.getNetwork(channel);
    return { mspId, contract: network.getContract(chaincode), system: network.getContract('qscc') };
  });
  let turn = 0;

  async function send(count: number, figures: LoadFigures): Promise<void> {
    for (let sent = 0; sent < count; sent += 1) {
      turn += 1;
      const home = clients[turn % clients.length] as Client;
      const other = clients[(turn + 1 + (turn % (clients.length - 1))) % clients.length] as Client;
      const endorsers = spec.endorsement === 'all' ? clients : [home, other];
      const isValid = await commit(home, {
        args: argumentsOf(spec, turn),
        endorsers: endorsers.map(({ mspId }) => mspId),
      });
      figures[isValid ? 'accepted' : 'aborted'] += 1;
    }
  }

  return {
    run: (window) => runWindow({ send, chunk: 1, atOnce: spec.clients, waiting: () => 0 }, window),
    openAccounts: async ({ first, count }) => {
      const [client] = clients as [Client];
      const args = ['open', String(first), String(count)];
      while (!(await commit(client, { args, endorsers: clients.map(({ mspId }) => mspId) })))
        await delay(askAgainMilliseconds);
      return count;
    },
    stop: async () => {
      for (const { gateway, client } of open) {
        gateway.close();
        client.close();
      }
    },
  };
}

/** Commits one transaction; false when another one came between, in a block or between two endorsements, or no endorser was there. */
async function commit(
  client: Client,
  { args: [name = '', ...args], endorsers }: { args: string[]; endorsers: string[] },
): Promise<boolean> {
  try {
    const proposal = client.contract.newProposal(name, { arguments: args, endorsingOrganizations: endorsers });
    const transaction = await proposal.endorse();
    const code = await transaction.submit().then(
      async (submitted) => (await submitted.getStatus()).code,
      (error: Error) => outcomeOf(client, transaction.getTransactionId(), error),
    );
    if (code === peer.TxValidationCode.VALID || code === peer.TxValidationCode.MVCC_READ_CONFLICT) return code === 0;
    throw new Error(`A naive transaction ended with code ${code}.`);
  } catch (error) {
    const isMismatch =
      error instanceof EndorseError && /do not match/.test(`${error.message} ${JSON.stringify(error.details)}`);
    if (isMismatch) return false;
    // A peer that hears nothing of another one for a while, because the machine is busy, finds no endorser there.
    if (!(error instanceof EndorseError) || error.code !== grpc.status.UNAVAILABLE) throw error;
    await delay(askAgainMilliseconds);
    return false;
  }
}

/**
 * Validation code of a transaction whose submission has no certain outcome: orderers that had it from another one refuse
 * it, and a peer that counts them says that ordering is unavailable.
 */
async function outcomeOf({ system }: Client, transactionId: string, error: Error): Promise<number> {
  if (!(error instanceof GatewayError) || error.code !== grpc.status.UNAVAILABLE) throw error;
  const deadline = Date.now() + callMilliseconds;
  for (;;) {
    try {
      const found = await system.evaluateTransaction('GetTransactionByID', channel, transactionId);
      return peer.ProcessedTransaction.deserializeBinary(found).getValidationcode();
    } catch {
      if (Date.now() > deadline) throw error;
      await delay(askAgainMilliseconds);
    }
  }
}

/** What one client asks in its turn; loans are taken in turns, so that no two meet in a block. */
function argumentsOf({ operation, accounts }: NaiveSpec, turn: number): string[] {
  if (operation === 'touch') return ['touch', `touch${turn % 1000}`];
  return operation === 'accrue' ? ['accrue', `loan${turn % accounts}`] : ['pay', ...twoOf(accounts)];
}

/** Two different accounts at random. */
function twoOf(count: number): string[] {
  const debtor = Math.floor(Math.random() * count);
  const creditor = (debtor + 1 + Math.floor(Math.random() * (count - 1))) % count;
  return [`account${debtor}`, `account${creditor}`];
}
