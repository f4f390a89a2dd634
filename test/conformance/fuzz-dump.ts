import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { common } from '@hyperledger/fabric-protos';
import { transactionsOf } from './blocks.ts';
import { loadMember, organizationOf } from './member.ts';
import type { ConformanceNetwork } from './network.ts';
import { Session } from './session.ts';

/** What a dump holds: blocks by channel, and how many transactions ended with each validation code. */
export interface DumpReport {
  blocks: Record<string, number>;
  codes: Record<string, number>;
}

interface Place {
  network: ConformanceNetwork;
  channel: string;
  folder: string;
  /** Number of the first block that is left out. */
  height: number;
}

/**
 * Writes the blocks of both channels as Cedar's peer has them, and the private data that each organisation's peer holds,
 * as `npm run test:replay` reads them; and the public MSP material.
 */
export async function dumpBlocks(network: ConformanceNetwork, folder: string): Promise<DumpReport> {
  const report: DumpReport = { blocks: {}, codes: {} };
  for (const channel of ['finance', 'audit']) {
    const place = { network, channel, folder: join(folder, channel), height: await heightOf(network, channel) };
    mkdirSync(place.folder, { recursive: true });
    await dumpChannel(place, report);
    for (const mspId of Object.keys(network.peers)) await dumpPrivateData(place, mspId);
    report.blocks[channel] = place.height;
  }
  for (const mspId of Object.keys(network.peers)) {
    const msp = join(organizationOf(mspId), 'msp');
    cpSync(join(network.organizationsDir, msp), join(folder, 'organizations', msp), { recursive: true });
  }
  return report;
}

const adminOf = (network: ConformanceNetwork, mspId: string) =>
  new Session(network, loadMember(network, mspId, 'Admin'));

async function heightOf(network: ConformanceNetwork, channel: string): Promise<number> {
  const contract = adminOf(network, 'CedarMSP').gateway.getNetwork(channel).getContract('qscc');
  const answer = await contract.evaluateTransaction('GetChainInfo', channel);
  return common.BlockchainInfo.deserializeBinary(answer).getHeight();
}

async function dumpChannel({ network, channel, folder, height }: Place, { codes }: DumpReport): Promise<void> {
  const events = await adminOf(network, 'CedarMSP').gateway.getNetwork(channel).getBlockEvents({ startBlock: 0n });
  try {
    for await (const block of events) {
      const number = block.getHeader()?.getNumber() ?? 0;
      writeFileSync(join(folder, `${number}.block`), block.serializeBinary());
      for (const { code } of transactionsOf(block)) codes[code] = (codes[code] ?? 0) + 1;
      if (number + 1 >= height) return;
    }
  } finally {
    events.close();
  }
}

async function dumpPrivateData({ network, channel, folder, height }: Place, mspId: string): Promise<void> {
  const { gateway } = adminOf(network, mspId);
  const events = await gateway.getNetwork(channel).getBlockAndPrivateDataEvents({ startBlock: 0n });
  try {
    for await (const each of events) {
      const number = each.getBlock()?.getHeader()?.getNumber() ?? 0;
      if (each.getPrivateDataMapMap().getLength() > 0) {
        each.clearBlock();
        writeFileSync(join(folder, `${number}.${mspId}.private`), each.serializeBinary());
      }
      if (number + 1 >= height) return;
    }
  } finally {
    events.close();
  }
}
