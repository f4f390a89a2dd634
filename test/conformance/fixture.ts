/** A chaincode definition of the fixture, the same on every driver. */
export interface FixtureDefinition {
  channel: string;
  name: string;
  policy: string;
  collections?: Collection[];
}

/** A private data collection in the shape of Fabric's collections file. */
export interface Collection {
  name: string;
  policy: string;
  requiredPeerCount: number;
  maxPeerCount: number;
  blockToLive: number;
  memberOnlyRead: boolean;
  memberOnlyWrite: boolean;
  endorsementPolicy?: { signaturePolicy: string };
}

const cedarAndMaple = {
  policy: "OR('CedarMSP.member','MapleMSP.member')",
  requiredPeerCount: 0,
  maxPeerCount: 3,
  blockToLive: 0,
  memberOnlyRead: true,
  memberOnlyWrite: true,
};

/** The collections of `basic`: `pair` is the ordinary one, the others differ from it in what their name says. */
export const collections: Collection[] = [
  { name: 'pair', ...cedarAndMaple },
  { name: 'open', ...cedarAndMaple, memberOnlyRead: false, memberOnlyWrite: false },
  { name: 'brief', ...cedarAndMaple, blockToLive: 2 },
  { name: 'guarded', ...cedarAndMaple, endorsementPolicy: { signaturePolicy: "AND('CedarMSP.peer','MapleMSP.peer')" } },
];

/**
 * What every driver deploys. `basic` takes any two banks, `strict` all four, `nested` a tree of policies,
 * `fragile` is the one whose service a case may kill, `absent` has a definition but no service.
 */
export const definitions: FixtureDefinition[] = [
  {
    channel: 'finance',
    name: 'basic',
    policy: "OutOf(2,'CedarMSP.peer','MapleMSP.peer','PineMSP.peer','WillowMSP.peer')",
    collections,
  },
  {
    channel: 'finance',
    name: 'strict',
    policy: "AND('CedarMSP.peer','MapleMSP.peer','PineMSP.peer','WillowMSP.peer')",
  },
  {
    channel: 'finance',
    name: 'nested',
    policy: "OR(AND('CedarMSP.peer','MapleMSP.peer'),OutOf(2,'PineMSP.peer','WillowMSP.peer','CentralbankMSP.peer'))",
  },
  { channel: 'finance', name: 'fragile', policy: "OR('CedarMSP.peer','MapleMSP.peer')" },
  { channel: 'finance', name: 'absent', policy: "OR('CedarMSP.peer','MapleMSP.peer')" },
  { channel: 'audit', name: 'basic', policy: "AND('CentralbankMSP.peer',OR('CedarMSP.peer','MapleMSP.peer'))" },
];

/** Names with a chaincode service, in the order that fixes their ports. */
export const serviceNames = ['basic', 'strict', 'nested', 'fragile'];

/** Names whose service runs in the shared process; `fragile` has a process of its own. */
export const sharedServiceNames = ['basic', 'strict', 'nested'];
