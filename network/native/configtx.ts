import { join } from 'node:path';
import type { ResolvedNetwork, ResolvedOrganization } from '../config/resolve.ts';
import { organizationPaths } from '../identity/layout.ts';

/** Name of the one profile of the file. */
export const profileName = 'Channel';

const signature = (rule: string) => ({ Type: 'Signature', Rule: rule });
const implicit = (rule: string) => ({ Type: 'ImplicitMeta', Rule: rule });
const shared = {
  Readers: implicit('ANY Readers'),
  Writers: implicit('ANY Writers'),
  Admins: implicit('MAJORITY Admins'),
};

/** configtx.yaml of a BFT channel, as an object: what configtxgen makes block 0 of. */
export function channelProfile(network: ResolvedNetwork, organizationsFolder: string): object {
  const { ordering, organizations } = network;
  const orderers = organizations.filter(({ orderer }) => orderer !== undefined);
  return {
    Profiles: {
      [profileName]: {
        Policies: shared,
        Capabilities: { V3_0: true },
        Orderer: {
          OrdererType: ordering.consensus,
          // BFT cuts by RequestBatchMaxInterval; configtxgen demands this one all the same.
          BatchTimeout: `${ordering.batchMilliseconds}ms`,
          BatchSize: {
            MaxMessageCount: ordering.maxMessageCount,
            AbsoluteMaxBytes: `${ordering.absoluteMaxMegabytes} MB`,
            PreferredMaxBytes: `${ordering.preferredMaxMegabytes} MB`,
          },
          ConsenterMapping: orderers.map((organization) => consenter(organization, organizationsFolder)),
          SmartBFT: smartBftOptions(network),
          Organizations: orderers.map((organization) => ({
            ...organizationBase(organization, organizationsFolder),
            Policies: ordererPolicies(organization.mspId),
            OrdererEndpoints: [`${organization.host}:${organization.orderer?.port}`],
          })),
          Policies: { ...shared, BlockValidation: implicit('MAJORITY Writers') },
          Capabilities: { V2_0: true },
        },
        Application: {
          Organizations: organizations.map((organization) => ({
            ...organizationBase(organization, organizationsFolder),
            Policies: peerPolicies(organization.mspId),
            AnchorPeers: organization.peers.map(({ port }) => ({ Host: organization.host, Port: port })),
          })),
          Policies: {
            ...shared,
            LifecycleEndorsement: implicit(network.lifecyclePolicy),
            Endorsement: implicit('MAJORITY Endorsement'),
          },
          Capabilities: { V2_5: true },
        },
      },
    },
  };
}

function organizationBase({ name, mspId }: ResolvedOrganization, organizationsFolder: string) {
  return { Name: mspId, ID: mspId, MSPDir: organizationPaths(organizationsFolder, name).msp };
}

const ordererPolicies = (mspId: string) => ({
  Readers: signature(`OR('${mspId}.member')`),
  Writers: signature(`OR('${mspId}.admin', '${mspId}.orderer')`),
  Admins: signature(`OR('${mspId}.admin')`),
});

export const peerPolicies = (mspId: string) => ({
  Readers: signature(`OR('${mspId}.admin', '${mspId}.peer', '${mspId}.client')`),
  Writers: signature(`OR('${mspId}.admin', '${mspId}.client')`),
  Admins: signature(`OR('${mspId}.admin')`),
  Endorsement: signature(`OR('${mspId}.peer')`),
});

function consenter({ name, mspId, host, orderer }: ResolvedOrganization, organizationsFolder: string) {
  const { ordererMsp, ordererTls } = organizationPaths(organizationsFolder, name);
  const tls = join(ordererTls, 'server.crt');
  return {
    ID: orderer?.id,
    Host: host,
    Port: orderer?.port,
    MSPID: mspId,
    Identity: join(ordererMsp, 'signcerts/cert.pem'),
    ClientTLSCert: tls,
    ServerTLSCert: tls,
  };
}

/**
 * Timers that recovered fastest from a lost leader; shorter heartbeats cause view changes that nobody needs. An orderer
 * that loses patience with a view change goes on to the next one alone and may stay there: with 5 s that happened to one
 * of four in three runs of six on a busy machine, and patience costs nothing where the next leader is sound.
 */
function smartBftOptions({ ordering }: ResolvedNetwork) {
  return {
    RequestBatchMaxInterval: `${ordering.batchMilliseconds}ms`,
    RequestForwardTimeout: '1s',
    RequestComplainTimeout: '3s',
    RequestAutoRemoveTimeout: '3m0s',
    ViewChangeResendInterval: '2s',
    ViewChangeTimeout: '10s',
    LeaderHeartbeatTimeout: `${ordering.leaderHeartbeatSeconds}s`,
    LeaderHeartbeatCount: 10,
    CollectTimeout: '1s',
    IncomingMessageBufferSize: 2000,
    RequestPoolSize: 20000,
  };
}
