import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { asText, createTestChannel, text } from './fixtures/test-channel.ts';
import { databaseFile } from './store/database.ts';

let channel: Awaited<ReturnType<typeof createTestChannel>>;

beforeEach(async () => {
  channel = await createTestChannel();
  channel.deploy('cash', "OR('CedarMSP.peer', 'MapleMSP.peer')");
});
afterEach(() => {
  channel.ledger.close();
  channel.remove();
});

const put = (key: string, value: string) =>
  channel.submit({ run: (simulator) => simulator.putState('cash', key, text(value)) });
function read(key: string): string | undefined {
  const simulator = channel.ledger.newSimulator({ txId: 'q', mspId: 'CedarMSP', readOnly: true });
  const value = asText(simulator.getState('cash', key));
  simulator.done();
  return value;
}
function historyOf(key: string): number {
  const simulator = channel.ledger.newSimulator({ txId: 'q', mspId: 'CedarMSP', readOnly: true });
  const history = simulator.getHistory('cash', key);
  let count = 0;
  while (history.next()) count += 1;
  simulator.done();
  return count;
}

describe('revert', () => {
  test('brings state, blocks, history and hashes back, and the same block commits again with the same hash', () => {
    put('a', '1');
    channel.ledger.snapshot('one');
    const { height } = channel.ledger;
    const block = channel.ledger.nextBlock([
      channel.endorse({ run: (simulator) => simulator.putState('cash', 'a', text('2')) }).envelope,
    ]);
    const first = channel.ledger.commitBlock(block.clone());
    put('b', '1');
    channel.ledger.revert('one');
    expect(channel.ledger.height).toBe(height);
    expect([read('a'), read('b'), historyOf('a')]).toEqual(['1', undefined, 1]);
    expect(channel.ledger.getBlock(height)).toBeUndefined();
    const again = channel.ledger.commitBlock(block.clone());
    expect(Buffer.from(again.commitHash)).toEqual(Buffer.from(first.commitHash));
    expect(channel.ledger.verify().problems).toEqual([]);
  });

  test('nests by name, keeps earlier snapshots and drops later ones', () => {
    channel.ledger.snapshot('outer');
    put('a', '1');
    channel.ledger.snapshot('inner');
    put('a', '2');
    channel.ledger.revert('inner');
    expect(read('a')).toBe('1');
    channel.ledger.revert('outer');
    expect(read('a')).toBeUndefined();
    expect(channel.ledger.listSnapshots().map(({ name }) => name)).toEqual(['outer']);
    expect(() => channel.ledger.revert('inner')).toThrow("there is no snapshot 'inner'");
    expect(read('a')).toBeUndefined();
  });

  test('takes the latest state of a name', () => {
    channel.ledger.snapshot('same');
    put('a', '1');
    channel.ledger.snapshot('same');
    put('a', '2');
    channel.ledger.revert('same');
    expect(read('a')).toBe('1');
  });

  test('is finished at the next start when the process died in the middle', () => {
    put('a', '1');
    channel.ledger.snapshot('s');
    const { height } = channel.ledger;
    put('a', '2');
    channel.ledger.close();
    const file = databaseFile(channel.options.directory, channel.options.channelId);
    const copy = join(channel.options.directory, 'snapshots', channel.options.channelId, '1.sqlite');
    // As after a kill between the two moves: the log has been moved, the database has not.
    copyFileSync(`${copy}-wal`, `${file}-wal`);
    copyFileSync(copy, `${file}.incoming`);
    writeFileSync(`${file}.restore`, JSON.stringify({ name: 's', parts: ['-wal', ''] }));
    channel.ledger.close = () => {};
    channel.reopen();
    expect(channel.ledger.height).toBe(height);
    expect(read('a')).toBe('1');
    expect(channel.ledger.verify().problems).toEqual([]);
    expect(existsSync(`${file}.restore`)).toBe(false);
  });

  test('ends simulations that were under way', () => {
    channel.ledger.snapshot('s');
    const simulator = channel.ledger.newSimulator({ txId: 't', mspId: 'CedarMSP' });
    channel.ledger.revert('s');
    expect(() => simulator.getState('cash', 'a')).toThrow();
    expect(() => simulator.done()).not.toThrow();
    expect(read('a')).toBeUndefined();
  });
});

describe('verify', () => {
  test.each([
    ['state', "UPDATE state SET value = x'00' WHERE namespace = 'cash'", 'state differs from the blocks at cash/a'],
    ['history', "DELETE FROM history WHERE namespace = 'cash'", 'history differs from the blocks'],
    ['transaction index', 'UPDATE transactions SET code = 11 WHERE block = 2', 'transactions differs from the blocks'],
  ])('notices a change of the %s behind its back', (_, sql, problem) => {
    put('a', '1');
    channel.ledger.close();
    const database = new DatabaseSync(databaseFile(channel.options.directory, channel.options.channelId));
    database.exec(sql);
    database.close();
    channel.ledger.close = () => {};
    channel.reopen();
    const report = channel.ledger.verify();
    expect(report.ok).toBe(false);
    expect(report.problems.join()).toContain(problem);
  });
});

describe('kill -9', () => {
  test('loses nothing that was answered and leaves a ledger that verifies', async () => {
    channel.ledger.close();
    const envelopes = Array.from({ length: 200 }, (_, index) => index);
    const reopened = () => {
      channel.ledger.close = () => {};
      channel.reopen();
    };
    reopened();
    const prepared = envelopes.map((index) =>
      Buffer.from(
        channel.endorse({ run: (simulator) => simulator.putState('cash', `k${index}`, text('1')) }).envelope,
      ).toString('base64'),
    );
    channel.ledger.close();
    const file = join(channel.options.directory, 'envelopes.json');
    writeFileSync(file, JSON.stringify({ ...channel.options, mspManager: undefined, envelopes: prepared }));
    const child = spawn(process.execPath, [join(import.meta.dirname, 'fixtures/commit-forever.ts'), file], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let answered = 0;
    for await (const line of createInterface({ input: child.stdout })) {
      answered = Number.parseInt(line, 10);
      if (answered === 40) child.kill('SIGKILL');
    }
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    expect(child.signalCode).toBe('SIGKILL');
    reopened();
    expect(channel.ledger.height).toBeGreaterThan(answered);
    expect(channel.ledger.verify().problems).toEqual([]);
    expect(put('after', '1').validationCodes).toEqual([0]);
  });
});
