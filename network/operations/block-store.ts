import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { common } from '@hyperledger/fabric-protos';
import { type BlockFacts, blockFacts } from './peer-ledger.ts';

/** Reads the last whole block from a folder of block files, of a peer or an orderer that stands still. */
export function lastStoredBlock(folder: string): BlockFacts {
  const files = readdirSync(folder)
    .filter((name) => /^blockfile_\d+$/.test(name))
    .sort()
    .reverse();
  for (const name of files) {
    const last = lastBlockIn(readFileSync(join(folder, name)));
    if (last) return last;
  }
  throw new Error(`${folder} holds no block.`);
}

/** A block file is a row of blocks, each behind its length; a crash may leave half a block at the end. */
function lastBlockIn(bytes: Buffer): BlockFacts | undefined {
  let last: Buffer | undefined;
  const reader = createReader(bytes);
  while (!reader.isAtEnd()) {
    const block = reader.bytes();
    if (block === undefined) break;
    last = block;
  }
  return last && blockFacts(parseStored(last));
}

/** The form in which blocks are stored: number, data hash, previous hash, then counted transactions and metadata. */
function parseStored(bytes: Buffer): common.Block {
  const reader = createReader(bytes);
  const demand = () => reader.bytes() ?? Buffer.alloc(0);
  const list = () => Array.from({ length: reader.varint() ?? 0 }, demand);
  const header = new common.BlockHeader();
  header.setNumber(reader.varint() ?? 0);
  header.setDataHash(demand());
  header.setPreviousHash(demand());
  const data = new common.BlockData();
  data.setDataList(list());
  const metadata = new common.BlockMetadata();
  metadata.setMetadataList(list());
  const block = new common.Block();
  block.setHeader(header);
  block.setData(data);
  block.setMetadata(metadata);
  return block;
}

function createReader(source: Buffer) {
  let offset = 0;

  function varint(): number | undefined {
    let [value, scale] = [0, 1];
    while (offset < source.length) {
      const byte = source[offset++] as number;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 128;
    }
    return undefined;
  }

  /** Bytes behind their length; undefined when the source ends before. */
  function bytes(): Buffer | undefined {
    const length = varint();
    if (length === undefined || offset + length > source.length) return undefined;
    offset += length;
    return source.subarray(offset - length, offset);
  }

  return { varint, bytes, isAtEnd: () => offset >= source.length };
}
