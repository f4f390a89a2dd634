/** The reference network: four commercial banks and a central bank, in the order that fixes ports everywhere. */
export const banks = ['cedar', 'maple', 'pine', 'willow'] as const;
export const organizationNames = [...banks, 'centralbank'] as const;
/** One chaincode name per ledger owner, and `consortium` for what belongs to all; one package serves them all. */
export const chaincodeNames = [...organizationNames, 'consortium'] as const;
export const channels = { finance: 'finance', audit: 'audit' } as const;

export type BankName = (typeof banks)[number];
export type OrganizationName = (typeof organizationNames)[number];
export type ChaincodeName = (typeof chaincodeNames)[number];

/** Business identifier codes of the banks, as ISO 20022 files name them; they are invented, and no bank's. */
export const bics: Record<BankName, string> = {
  cedar: 'CEDRCNSH',
  maple: 'MAPLGB2L',
  pine: 'PINECNBJ',
  willow: 'WILWGB2L',
};

/** The commercial banks among organisations: all but the central bank. */
export const bankNames = (members: readonly { name: string }[]): string[] =>
  members.map(({ name }) => name).filter((name) => name !== 'centralbank');

/** MSP id of an organisation: `cedar` is `CedarMSP`. */
export function mspIdOf(organization: string): string {
  return `${organization.charAt(0).toUpperCase()}${organization.slice(1)}MSP`;
}

/** The organisations as the identity tool wants them: banks order, the central bank only endorses. */
export const organizations = organizationNames.map((name) => ({
  name,
  mspId: mspIdOf(name),
  orderer: name !== 'centralbank',
}));

/** Endorsement policy of a chaincode name among members: its owner always, and never its owner alone. */
export function policyOf(name: string, members: readonly string[] = organizationNames): string {
  const peer = (organization: string) => `'${mspIdOf(organization)}.peer'`;
  if (name === 'consortium') {
    const commercial = members.filter((member) => member !== 'centralbank');
    return `AND(${peer('centralbank')}, OutOf(2, ${commercial.map(peer).join(', ')}))`;
  }
  const others = members.filter((other) => other !== name);
  return `AND(${peer(name)}, OR(${others.map(peer).join(', ')}))`;
}

/** Distance between the ports of a chaincode version and of the next one, which runs beside it during an upgrade. */
export const chaincodeSlotPorts = 50;

/** Distance between the ports of an organisation's first peer, chaincode service or gateway and of the next one. */
export const instancePorts = 200;

export interface PortBases {
  gateway: number;
  network: number;
}

export const defaultPortBases: PortBases = { gateway: 8080, network: 7000 };

/** Every port of the network, each with who listens on it. */
export function resolvePorts({ gateway, network }: PortBases) {
  const byOrganization = (base: number) =>
    Object.fromEntries(organizationNames.map((name, index) => [name, base + index])) as Record<
      OrganizationName,
      number
    >;
  const chaincode = (organization: OrganizationName, name: ChaincodeName) =>
    network + 100 + 10 * organizationNames.indexOf(organization) + chaincodeNames.indexOf(name);
  const gateways = byOrganization(gateway + 1);
  const peers = byOrganization(network + 51);
  const issuer = gateway + 10;
  const control = network + 60;
  const all = [
    ...organizationNames.map((name) => ({ port: gateways[name], role: `gateway of ${name}` })),
    { port: issuer, role: 'development issuer' },
    ...organizationNames.map((name) => ({ port: peers[name], role: `peer of ${name}` })),
    { port: control, role: 'control of the embedded network' },
    ...organizationNames.flatMap((organization) =>
      chaincodeNames.map((name) => ({
        port: chaincode(organization, name),
        role: `chaincode ${name} of ${organization}`,
      })),
    ),
  ];
  return { gateways, peers, issuer, control, chaincode, all };
}

export type Ports = ReturnType<typeof resolvePorts>;
