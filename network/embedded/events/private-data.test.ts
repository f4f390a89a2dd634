import { ledger, peer } from '@hyperledger/fabric-protos';
import type { Channel } from '../context.ts';
import type { Identity } from '../ledger/types.ts';
import { privateDataFor } from './private-data.ts';

describe('private data with blocks', () => {
  const maple = { mspId: 'MapleMSP', hasRole: () => true } as unknown as Identity;

  /** Names of the collections that Cedar's peer, which holds all of them, delivers to a client of Maple. */
  function delivered(): string[] {
    const names = ['_implicit_org_CedarMSP', 'open', 'members', 'unknown'];
    const namespace = new ledger.rwset.NsPvtReadWriteSet();
    namespace.setNamespace('basic');
    for (const name of names) {
      const entry = new ledger.rwset.CollectionPvtReadWriteSet();
      entry.setCollectionName(name);
      namespace.addCollectionPvtRwset(entry);
    }
    const all = new ledger.rwset.TxPvtReadWriteSet();
    all.addNsPvtRwset(namespace);
    const collections = new peer.CollectionConfigPackage();
    for (const [name, isRestricted] of [
      ['open', false],
      ['members', true],
    ] as const) {
      const config = new peer.StaticCollectionConfig();
      config.setName(name);
      config.setMemberOnlyRead(isRestricted);
      const one = new peer.CollectionConfig();
      one.setStaticCollectionConfig(config);
      collections.addConfig(one);
    }
    const channel = {
      ledger: { getPrivateBlock: () => new Map([[0, all]]), getDefinition: () => ({ collections }) },
    } as unknown as Channel;
    const visible = privateDataFor(channel, 1, { identity: maple, mspId: 'CedarMSP' });
    return [...visible.values()].flatMap((rwset) =>
      rwset
        .getNsPvtRwsetList()
        .flatMap((each) => each.getCollectionPvtRwsetList().map((entry) => entry.getCollectionName())),
    );
  }

  test('come to every reader of the channel where no memberOnlyRead forbids it, implicit collections among them', () => {
    expect(delivered()).toEqual(['_implicit_org_CedarMSP', 'open']);
  });
});
