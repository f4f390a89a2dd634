import { join } from 'node:path';

/** Where everything of a native network lies inside its run folder. */
export function nativeFolders(dataFolder: string) {
  const root = join(dataFolder, 'nodes');
  return {
    root,
    organizations: join(dataFolder, 'organizations'),
    configtx: join(root, 'configtx'),
    block: (channel: string) => join(root, 'configtx', `${channel}.block`),
    orderer: (organization: string) => join(root, organization, 'orderer'),
    peer: (organization: string) => join(root, organization, 'peer'),
    connections: (organization: string) => join(root, organization, 'chaincode'),
  };
}

export type NativeFolders = ReturnType<typeof nativeFolders>;
