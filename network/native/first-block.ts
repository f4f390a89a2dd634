import { execFile } from 'node:child_process';
import { existsSync, renameSync } from 'node:fs';
import { promisify } from 'node:util';
import type { ResolvedNetwork } from '../config/resolve.ts';
import type { Binaries } from './binaries.ts';
import { profileName } from './configtx.ts';
import type { NativeFolders } from './folders.ts';

const execute = promisify(execFile);

/** Has configtxgen write block 0 of each channel that has none; a channel's first block is made once and kept. */
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
    renameSync(draft, file);
  }
}
