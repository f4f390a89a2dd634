import { obtainBinaries } from '@tangram/network/native/release.ts';
import { whyNoContainers } from './container-images.ts';
import type { NativeNodes } from './fixture-network.ts';
import { startNativeNodes } from './native-nodes.ts';

export const conformanceDrivers = ['embedded', 'native', 'compose'] as const;
export type ConformanceDriver = (typeof conformanceDrivers)[number];

/** Real nodes that are up with the fixture deployed, by the file that describes them; or what this machine lacks. */
export type LaunchedNodes = (Omit<NativeNodes, 'upgradeNested'> & Partial<NativeNodes>) | { missing: string };

interface LaunchOptions {
  driver: Exclude<ConformanceDriver, 'embedded'>;
  /** Nodes that are up already: nothing is started, and nothing stopped. */
  networkFile?: string;
  portBase: number;
}

/** The driver of a name; refuses one that does not exist and says which do. */
export function chooseConformanceDriver(name: string): ConformanceDriver {
  const driver = conformanceDrivers.find((candidate) => candidate === name);
  if (!driver) throw new Error(`There is no driver ${name}; choose ${conformanceDrivers.join(', ')}.`);
  return driver;
}

/** What a command line means; where it means nothing, says why and exits with 2. */
export function understood<Meaning>(read: () => Meaning): Meaning {
  try {
    return read();
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    process.exit(2);
  }
}

/** Attaches to the nodes of a file, or starts the driver's; says what lacks instead of failing. Refuses a FABRIC_BIN that lacks programs. */
export async function launchNodes({ driver, networkFile, portBase }: LaunchOptions): Promise<LaunchedNodes> {
  if (networkFile) return { file: networkFile, stop: async () => {} };
  if (driver === 'compose') {
    const missing = await whyNoContainers();
    if (missing !== undefined) return { missing };
    const { startComposeNodes } = await import('./compose-nodes.ts');
    return startComposeNodes({ portBase });
  }
  const binaries = await obtainBinaries().catch((error: Error) => error);
  // Who names a folder expects it to be used.
  if (binaries instanceof Error && process.env.FABRIC_BIN) throw binaries;
  if (binaries instanceof Error) return { missing: binaries.message };
  return startNativeNodes({ binaries, portBase });
}

/** Ends what was started when the user interrupts. */
export function stopOnSignal(stop: () => Promise<void>): void {
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    process.once(signal, () => stop().finally(() => process.exit(code)));
  }
}
