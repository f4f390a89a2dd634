import { createHash } from 'node:crypto';
import { common } from '@hyperledger/fabric-protos';
import { sameBytes, sha256 } from './hashing.ts';
import type { PolicyResolver } from './policy/resolver.ts';
import { Session } from './session.ts';
import type { LedgerOptions, VerifyReport } from './types.ts';

const COMMIT_HASH = 4;
const TRANSACTIONS_FILTER = 2;
const publicRows = 'SELECT namespace, collection, key, value, metadata, block, tx FROM state ORDER BY 1, 2, 3';
const privateRows = `SELECT p.namespace, p.collection, p.key, p.value, p.block, p.tx, s.value AS hash, s.block AS hash_block,
    s.tx AS hash_tx FROM private_state p LEFT JOIN state s
    ON s.namespace = p.namespace AND s.collection = p.collection AND s.key = p.key_hash
  WHERE p.msp = ? ORDER BY 1, 2, 3`;
const comparedTables = {
  history: 'SELECT namespace, key, block, tx FROM history ORDER BY 1, 2, 3, 4',
  transactions: 'SELECT tx_id, block, tx, code FROM transactions ORDER BY 1',
};

type Row = Record<string, unknown>;

/**
 * Builds the channel anew from block 0 in memory, through the validator, and compares: codes and commit hash of every
 * block, public state and hashes, history, transaction index; then each organisation's private values with the hashes.
 */
export function verifyLedger(session: Session, options: LedgerOptions): VerifyReport {
  const problems: string[] = [];
  const rebuilt = new Session({ ...options, directory: ':memory:' }, ':memory:');
  try {
    for (let number = 0; number < session.height; number += 1) replayBlock(number, { session, rebuilt, problems });
    compareTable('state', publicRows, { session, rebuilt, problems });
    for (const [name, query] of Object.entries(comparedTables))
      compareTable(name, query, { session, rebuilt, problems });
  } finally {
    rebuilt.close();
  }
  const publicHash = hashRows(session.database.prepare(publicRows).iterate() as Iterable<Row>);
  const stateHashes: Record<string, string> = {};
  for (const mspId of options.organizations) {
    const rows = session.database.prepare(privateRows).all(mspId) as Row[];
    problems.push(...checkPrivate(mspId, rows));
    stateHashes[mspId] = sha256(publicHash, hashRows(rows)).toString('hex');
  }
  problems.push(...findMissingPrivate(session, session.policies, options.organizations));
  return { height: session.height, ok: problems.length === 0, stateHashes, problems };
}

type Comparison = { session: Session; rebuilt: Session; problems: string[] };

function replayBlock(number: number, { session, rebuilt, problems }: Comparison): void {
  const bytes = session.reader.getBlock(number);
  if (!bytes) {
    problems.push(`block ${number} is missing`);
    return;
  }
  const stored = common.Block.deserializeBinary(bytes).getMetadata()?.getMetadataList_asU8() ?? [];
  const block = common.Block.deserializeBinary(bytes);
  try {
    rebuilt.commit(block);
  } catch (error) {
    problems.push(`block ${number}: ${(error as Error).message}`);
    return;
  }
  const rebuiltMetadata = block.getMetadata()?.getMetadataList_asU8() ?? [];
  for (const [name, index] of [
    ['validation codes', TRANSACTIONS_FILTER],
    ['commit hash', COMMIT_HASH],
  ] as const) {
    const before = stored[index] ?? new Uint8Array();
    if (!sameBytes(before, rebuiltMetadata[index] ?? new Uint8Array()))
      problems.push(`block ${number}: ${name} differ`);
  }
}

function compareTable(name: string, query: string, { session, rebuilt, problems }: Comparison): void {
  const left = session.database.prepare(query).iterate() as Iterator<Row>;
  const right = rebuilt.database.prepare(query).iterate() as Iterator<Row>;
  for (;;) {
    const here = left.next();
    const there = right.next();
    if (here.done && there.done) return;
    if (here.done || there.done || fingerprint(here.value) !== fingerprint(there.value)) {
      const place = describe((here.done ? there.value : here.value) as Row);
      problems.push(`${name} differs from the blocks at ${place}`);
      left.return?.();
      right.return?.();
      return;
    }
  }
}

function checkPrivate(mspId: string, rows: Row[]): string[] {
  const problems: string[] = [];
  for (const row of rows) {
    const isSame = row.hash instanceof Uint8Array && sameBytes(sha256(row.value as Uint8Array), row.hash);
    if (isSame && row.block === row.hash_block && row.tx === row.hash_tx) continue;
    problems.push(`private value of ${mspId} does not fit its hash at ${describe(row)}`);
  }
  return problems;
}

/** Hashes whose value a member organisation should hold and does not. */
function findMissingPrivate(session: Session, policies: PolicyResolver, organizations: readonly string[]): string[] {
  const pairs = session.database
    .prepare("SELECT DISTINCT namespace, collection FROM state WHERE collection <> ''")
    .all() as { namespace: string; collection: string }[];
  const missing = session.database.prepare(`SELECT count(*) AS count FROM state s
    WHERE s.namespace = ? AND s.collection = ? AND NOT EXISTS (SELECT 1 FROM private_state p
      WHERE p.msp = ? AND p.namespace = s.namespace AND p.collection = s.collection AND p.key_hash = s.key)`);
  const problems: string[] = [];
  for (const { namespace, collection } of pairs) {
    for (const mspId of policies.members(namespace, collection).filter((id) => organizations.includes(id))) {
      const { count } = missing.get(namespace, collection, mspId) as { count: number };
      if (count > 0) problems.push(`${mspId} lacks ${count} private value(s) of ${namespace}/${collection}`);
    }
  }
  return problems;
}

function hashRows(rows: Iterable<Row>): Buffer {
  const digest = createHash('sha256');
  for (const row of rows) digest.update(fingerprint(row)).update('\n');
  return digest.digest();
}

function fingerprint(row: Row): string {
  const shown = (value: unknown) => (value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value);
  return JSON.stringify(Object.values(row).map((value) => shown(value)));
}

function describe(row: Row): string {
  const key = row.key instanceof Uint8Array ? Buffer.from(row.key).toString('utf8') : row.tx_id;
  return [row.namespace, row.collection, key].filter((part) => part !== undefined && part !== '').join('/');
}
