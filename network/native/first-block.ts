import { execFile } from 'node:child_process';
import { createHash, X509Certificate } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { common } from '@hyperledger/fabric-protos';
import timestamps from 'google-protobuf/google/protobuf/timestamp_pb.js';
import type { ResolvedNetwork } from '../config/resolve.ts';
import { organizationPaths } from '../identity/layout.ts';
import type { Binaries } from './binaries.ts';
import { profileName } from './configtx.ts';
import type { NativeFolders } from './folders.ts';

const execute = promisify(execFile);

/**
 * Has configtxgen write block 0 of each channel that has none; a channel's first block is made once and kept. It follows
 * from the network file and the public material alone, so banks that set up apart all make the same bytes.
 */
export async function writeFirstBlocks(
  network: ResolvedNetwork,
  folders: NativeFolders,
  { configtxgen }: Pick<Binaries, 'configtxgen'>,
): Promise<void> {
  for (const channel of network.channels) {
    const file = folders.block(channel);
    if (existsSync(file)) continue;
    const draft = `${file}.new`;
    const flags = ['-configPath', folders.configtx, '-profile', profileName, '-channelID', channel];
    await execute(configtxgen, [...flags, '-outputBlock', draft]).catch(
      (error: { stderr?: string; message: string }) => {
        throw new Error(`configtxgen refuses the first block of ${channel}:\n${error.stderr ?? error.message}`);
      },
    );
    writeFileSync(draft, withoutChance(readFileSync(draft), youngestCa(network, folders.organizations)));
    renameSync(draft, file);
  }
}

/** Puts what configtxgen takes from clock and dice, and the order of maps, to what everybody would compute. */
export function withoutChance(bytes: Uint8Array, time: Date): Uint8Array {
  const block = common.Block.deserializeBinary(bytes);
  const envelope = common.Envelope.deserializeBinary(block.getData()?.getDataList_asU8()[0] ?? new Uint8Array());
  const payload = common.Payload.deserializeBinary(envelope.getPayload_asU8());
  // This library writes maps sorted by key; Go does not.
  const config = common.ConfigEnvelope.deserializeBinary(payload.getData_asU8()).serializeBinary();
  const nonce = sha256(config).subarray(0, nonceBytes);
  const signatureHeader = new common.SignatureHeader();
  signatureHeader.setNonce(nonce);
  const header = payload.getHeader() ?? new common.Header();
  const channelHeader = common.ChannelHeader.deserializeBinary(header.getChannelHeader_asU8());
  channelHeader.setTimestamp(timestamps.Timestamp.fromDate(time));
  // The transaction id is the hash of nonce and creator, and a first block has no creator.
  channelHeader.setTxId(sha256(nonce).toString('hex'));
  header.setChannelHeader(channelHeader.serializeBinary());
  header.setSignatureHeader(signatureHeader.serializeBinary());
  payload.setHeader(header);
  payload.setData(config);
  envelope.setPayload(payload.serializeBinary());
  const data = envelope.serializeBinary();
  block.getData()?.setDataList([data]);
  block.getHeader()?.setDataHash(sha256(data));
  return block.serializeBinary();
}

const nonceBytes = 24;
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest();

/** The instant from which the last CA of the network is valid: a time that all know alike. */
function youngestCa({ organizations }: ResolvedNetwork, organizationsFolder: string): Date {
  const instants = organizations.map(({ name }) => {
    const file = join(organizationPaths(organizationsFolder, name).msp, 'cacerts/ca.pem');
    return Date.parse(new X509Certificate(readFileSync(file)).validFrom);
  });
  return new Date(Math.max(...instants));
}
