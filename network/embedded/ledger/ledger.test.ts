import { common, peer } from '@hyperledger/fabric-protos';
import { asText, createTestChannel, text } from './fixtures/test-channel.ts';
import { dataHash, headerHash } from './hashing.ts';
import { openChannelLedger } from './ledger.ts';

const { TxValidationCode: code } = peer;
let channel: Awaited<ReturnType<typeof createTestChannel>>;

beforeAll(async () => {
  channel = await createTestChannel();
  channel.deploy('cash', "OutOf(2, 'CedarMSP.peer', 'MapleMSP.peer', 'PineMSP.peer')");
});
afterAll(() => {
  channel.ledger.close();
  channel.remove();
});

const put = (key: string, value: string) =>
  channel.endorse({ run: (simulator) => simulator.putState('cash', key, text(value)) });
const read = (key: string) => {
  const simulator = channel.ledger.newSimulator({ txId: 'q', mspId: 'CedarMSP', readOnly: true });
  const value = asText(simulator.getState('cash', key));
  simulator.done();
  return value;
};

describe('commitBlock', () => {
  test('chains headers and fills codes and commit hash in', () => {
    const before = channel.ledger.lastHeader as common.BlockHeader;
    const { blockNumber, validationCodes } = channel.commit(put('chain', '1'));
    const block = channel.ledger.getBlock(blockNumber) as common.Block;
    expect(validationCodes).toEqual([code.VALID]);
    expect(Buffer.from(block.getHeader()?.getPreviousHash_asU8() ?? [])).toEqual(headerHash(before));
    expect(Buffer.from(block.getHeader()?.getDataHash_asU8() ?? [])).toEqual(
      dataHash(block.getData()?.getDataList_asU8() ?? []),
    );
    const metadata = block.getMetadata()?.getMetadataList_asU8() ?? [];
    expect([...(metadata[2] ?? [])]).toEqual([0]);
    expect(common.Metadata.deserializeBinary(metadata[4] ?? new Uint8Array()).getValue_asU8()).toEqual(
      new Uint8Array(channel.ledger.commitHash),
    );
    expect(channel.ledger.getBlockByHash(channel.ledger.lastHeaderHash)?.getHeader()?.getNumber()).toBe(blockNumber);
  });

  test('refuses a block out of turn, off the chain or with another data hash', () => {
    const block = channel.ledger.nextBlock([put('x', '1').envelope]);
    const refuses = (spoil: () => void, why: string) => {
      const kept = block.getHeader()?.clone();
      spoil();
      expect(() => channel.ledger.commitBlock(block)).toThrow(why);
      block.setHeader(kept);
    };
    const height = channel.ledger.height;
    refuses(() => block.getHeader()?.setNumber(height + 1), 'does not follow');
    refuses(() => block.getHeader()?.setPreviousHash(new Uint8Array(32)), 'does not carry the hash');
    refuses(() => block.getHeader()?.setDataHash(new Uint8Array(32)), 'data hash');
    expect(channel.ledger.height).toBe(height);
  });

  test('gives a later reader of a key that the block writes code 11, with the reason', () => {
    channel.commit(put('race', '1'));
    const [first, second] = ['2', '3'].map((value) =>
      channel.endorse({
        run(simulator) {
          simulator.getState('cash', 'race');
          simulator.putState('cash', 'race', text(value));
        },
      }),
    );
    expect(channel.commit(first!, second!).validationCodes).toEqual([code.VALID, code.MVCC_READ_CONFLICT]);
    expect(read('race')).toBe('2');
    const height = channel.ledger.height;
    expect(channel.ledger.why(second!.txId)).toMatchObject({
      codeName: 'MVCC_READ_CONFLICT',
      conflict: {
        namespace: 'cash',
        key: 'race',
        versionRead: { block: height - 2, tx: 0 },
        versionFound: { block: height - 1, tx: 0 },
        writtenBy: first!.txId,
      },
    });
  });

  test('lets blind writes pass, the last one standing', () => {
    expect(channel.commit(put('blind', '1'), put('blind', '2')).validationCodes).toEqual([code.VALID, code.VALID]);
    expect(read('blind')).toBe('2');
  });

  test.each([
    ['inserts', () => put('range/b', '1')],
    ['deletes', () => channel.endorse({ run: (simulator) => simulator.delState('cash', 'range/a') })],
  ])('finds the phantom when another transaction %s', (_, change) => {
    channel.commit(put('range/a', '1'));
    const scan = channel.endorse({
      run(simulator) {
        const rows = simulator.getStateRange({ namespace: 'cash', startKey: 'range/', endKey: 'range0' });
        while (rows.next());
        simulator.putState('cash', 'scanned', text('1'));
      },
    });
    expect(channel.commit(change(), scan).validationCodes).toEqual([code.VALID, code.PHANTOM_READ_CONFLICT]);
  });

  test('does not mind a change behind the last key that was read', () => {
    channel.commit(put('early/a', '1'), put('early/b', '1'), put('early/c', '1'));
    const scan = channel.endorse({
      run(simulator) {
        simulator.getStateRange({ namespace: 'cash', startKey: 'early/', endKey: 'early0' }).next();
        simulator.putState('cash', 'scanned', text('1'));
      },
    });
    expect(channel.commit(put('early/b', '2'), scan).validationCodes).toEqual([code.VALID, code.VALID]);
  });

  test('finds the phantom behind a Merkle summary of more than fifty reads', () => {
    const keys = Array.from({ length: 60 }, (_, index) => `many/${String(index).padStart(3, '0')}`);
    channel.submit({
      run: (simulator) => {
        for (const key of keys) simulator.putState('cash', key, text('1'));
      },
    });
    const scan = () =>
      channel.endorse({
        run(simulator) {
          const rows = simulator.getStateRange({ namespace: 'cash', startKey: 'many/', endKey: 'many0' });
          while (rows.next());
          simulator.putState('cash', 'scanned', text('1'));
        },
      });
    expect(channel.commit(scan()).validationCodes).toEqual([code.VALID]);
    expect(channel.commit(put('many/059', '2'), scan()).validationCodes).toEqual([
      code.VALID,
      code.PHANTOM_READ_CONFLICT,
    ]);
  });

  test('knows a transaction id again, in the block and in the ledger', () => {
    const once = put('once', '1');
    expect(channel.commit(once, once).validationCodes).toEqual([code.VALID, code.DUPLICATE_TXID]);
    expect(channel.commit(once).validationCodes).toEqual([code.DUPLICATE_TXID]);
    expect(channel.ledger.locateTransaction(once.txId)?.code).toBe(code.VALID);
    expect(channel.ledger.getTransaction(once.txId)?.code).toBe(code.VALID);
  });

  test('keeps everything over a restart', () => {
    channel.commit(put('stays', '1'));
    const { height, commitHash } = channel.ledger;
    channel.reopen();
    expect(channel.ledger.height).toBe(height);
    expect(Buffer.from(channel.ledger.commitHash)).toEqual(Buffer.from(commitHash));
    expect(read('stays')).toBe('1');
    expect(
      channel.submit({ run: (simulator) => simulator.putState('cash', 'stays', text('2')) }).validationCodes,
    ).toEqual([0]);
  });

  test('is opened by one process at a time', () => {
    expect(() => openChannelLedger(channel.options)).toThrow('database is locked');
    expect(channel.commit(put('alone', '1')).validationCodes).toEqual([code.VALID]);
  });

  test('marks what would panic a real peer invalid and says why, and warns before ordering', () => {
    channel.commit(put('keyed', '1'));
    const remove = channel.endorse({ run: (simulator) => simulator.delState('cash', 'keyed') });
    const touch = channel.endorse({
      run: (simulator) => simulator.setStateMetadata('cash', 'keyed', { note: text('x') }),
    });
    expect(channel.ledger.refuseReason(touch.envelope, [remove.envelope])).toContain('panics every 3.1.5 peer');
    expect(channel.ledger.refuseReason(touch.envelope, [])).toBeUndefined();
    expect(channel.ledger.refuseReason(remove.envelope, [touch.envelope])).toBeUndefined();
    expect(channel.commit(remove, touch).validationCodes).toEqual([code.VALID, code.INVALID_OTHER_REASON]);
    expect(channel.ledger.why(touch.txId)?.reason).toContain('cash/keyed');
  });
});

describe('verify', () => {
  test('rebuilds the same state from the blocks', () => {
    const report = channel.ledger.verify();
    expect(report.problems).toEqual([]);
    expect(report).toMatchObject({ ok: true, height: channel.ledger.height });
    expect(Object.keys(report.stateHashes)).toEqual(['CedarMSP', 'MapleMSP', 'PineMSP']);
  });
});
