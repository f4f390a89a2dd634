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
    peer: (organization: string, index = 0) => join(root, organization, numbered('peer', index)),
    /** Where the builder of a peer finds its chaincode services. */
    connections: (organization: string, index = 0) => join(root, organization, numbered('chaincode', index)),
  };
}

const numbered = (kind: string, index: number) => (index === 0 ? kind : `${kind}${index}`);

export type NativeFolders = ReturnType<typeof nativeFolders>;
