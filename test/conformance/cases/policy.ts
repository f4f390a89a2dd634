import type { Bench, ConformanceCase } from '../bench.ts';
import type { Step } from '../chaincode/step.ts';
import type { Outcome } from '../network.ts';
import type { Target } from '../session.ts';
import { endorsersOf } from './endorse.ts';

const put = (key: string, value = '1'): Step => ({ do: 'put', key, value });

async function codeOf(bench: Bench, steps: Step[], target: Target): Promise<string> {
  return (await bench.session().submit(steps, target)).code;
}

/** The code of one write for each set of endorsers. */
async function codesFor(bench: Bench, chaincode: string, sets: string[][]): Promise<Outcome> {
  const codes: Record<string, string> = {};
  for (const endorsers of sets) {
    const mspIds = endorsers.map((name) => `${name}MSP`);
    codes[endorsers.join('+')] = await codeOf(bench, [put(bench.key(endorsers.join('')))], {
      chaincode,
      endorsers: mspIds,
    });
  }
  return codes;
}

async function keyPolicy(bench: Bench): Promise<Outcome> {
  const key = bench.key('a');
  const guard: Step = { do: 'setPolicy', key, organizations: ['PineMSP'] };
  return {
    newKeyByItsOwnerAlone: await codeOf(bench, [put(bench.key('b')), { ...guard, key: bench.key('b') }], {
      endorsers: ['PineMSP'],
    }),
    set: await codeOf(bench, [put(key), guard], {}),
    read: (await bench.session().evaluate([{ do: 'getPolicy', key }])) as Outcome,
    updateByChaincodePolicy: await codeOf(bench, [put(key, '2')], {}),
    updateByKeyPolicy: await codeOf(bench, [put(key, '3')], { endorsers: ['PineMSP'] }),
    updateByBoth: await codeOf(bench, [put(key, '4')], { endorsers: ['CedarMSP', 'PineMSP'] }),
    otherKeyByKeyPolicy: await codeOf(bench, [put(key, '5'), put(bench.key('c'))], { endorsers: ['PineMSP'] }),
    policyByOthers: await codeOf(bench, [{ ...guard, organizations: ['CedarMSP'] }], {}),
    policyByOwner: await codeOf(bench, [{ ...guard, organizations: ['WillowMSP'] }], { endorsers: ['PineMSP'] }),
    updateByFormerOwner: await codeOf(bench, [put(key, '6')], { endorsers: ['PineMSP'] }),
    plan: endorsersOf(await bench.session().endorse([put(key, '7')], { endorsers: 'plan' })),
  };
}

async function keyPolicyOfDeletedKey(bench: Bench): Promise<Outcome> {
  const key = bench.key('a');
  return {
    set: await codeOf(bench, [put(key), { do: 'setPolicy', key, organizations: ['PineMSP'] }], {}),
    deleted: await codeOf(bench, [{ do: 'delete', key }], { endorsers: ['PineMSP'] }),
    policy: (await bench.session().evaluate([{ do: 'getPolicy', key }])) as Outcome,
    again: await codeOf(bench, [put(key)], {}),
  };
}

async function sameBlockPolicyChange(bench: Bench): Promise<Outcome> {
  const session = bench.session();
  return bench.together(async (attempt) => {
    const key = bench.key(`${attempt}`);
    await session.submit([put(key)]);
    return [
      await session.endorse([{ do: 'setPolicy', key, organizations: ['PineMSP'] }]),
      await session.endorse([put(key, '2')]),
      await session.endorse([put(key, '3')], { endorsers: ['PineMSP'] }),
    ];
  });
}

async function metadataRead(bench: Bench): Promise<Outcome> {
  const session = bench.session();
  const key = bench.key('a');
  await session.submit([put(key)]);
  const reader = await session.endorse([{ do: 'getPolicy', key }, put(bench.key('b'))]);
  await session.submit([{ do: 'setPolicy', key, organizations: ['CedarMSP', 'MapleMSP'] }]);
  return (await session.commit(reader)).code;
}

const strictCall = (step: Step): Step => ({
  do: 'call',
  chaincode: 'strict',
  arguments: ['run', JSON.stringify([step])],
});

async function calls(bench: Bench): Promise<Outcome> {
  const key = bench.key('a');
  const two = { endorsers: ['CedarMSP', 'MapleMSP'] };
  const wrong = await bench.session().submit([strictCall(put(key))], two);
  return {
    readByTwo: await codeOf(bench, [strictCall({ do: 'get', key }), put(bench.key('b'))], two),
    writeByTwo: wrong.code,
    writeByPlan: await codeOf(bench, [strictCall(put(key, 'called'))], { endorsers: 'plan' }),
    value: (await bench.session().evaluate([strictCall({ do: 'get', key })])) as Outcome,
    ownNamespace: (await bench.session().evaluate([{ do: 'get', key }])) as Outcome,
  };
}

async function guarded(bench: Bench): Promise<Outcome> {
  const secret: Step = { do: 'put', key: bench.key('a'), value: 'secret', collection: 'guarded' };
  return {
    byBothMembers: await codeOf(bench, [secret], { endorsers: ['CedarMSP', 'MapleMSP'] }),
    byOneMemberAndAnother: await codeOf(bench, [secret], { endorsers: ['CedarMSP', 'PineMSP'] }),
    withPublicWrite: await codeOf(bench, [secret, put(bench.key('b'))], { endorsers: ['CedarMSP', 'MapleMSP'] }),
    unguardedByOneMemberAndAnother: await codeOf(bench, [{ ...secret, collection: 'pair' }], {
      endorsers: ['CedarMSP', 'PineMSP'],
    }),
  };
}

async function implicit(bench: Bench): Promise<Outcome> {
  const collection = '_implicit_org_CedarMSP';
  const secret: Step = { do: 'put', key: bench.key('a'), value: 'secret', collection };
  const hash: Step = { do: 'privateHash', key: bench.key('a'), collection };
  return {
    byOwner: await codeOf(bench, [secret], { endorsers: ['CedarMSP'] }),
    withPublicWriteByOwner: await codeOf(bench, [secret, put(bench.key('b'))], { endorsers: ['CedarMSP'] }),
    withPublicWriteByTwo: await codeOf(bench, [secret, put(bench.key('b'))], { endorsers: ['CedarMSP', 'MapleMSP'] }),
    hashRecordedByTwo: await codeOf(bench, [hash, put(bench.key('c'))], { endorsers: ['CedarMSP', 'WillowMSP'] }),
    readOnlyOwnerHashByOthers: await codeOf(bench, [hash, put(bench.key('d'))], {
      endorsers: ['PineMSP', 'WillowMSP'],
    }),
  };
}

/** Another bank alone endorses a write into the owner's collection: invalid, though its owner's peer looks for the data first. */
async function stall(bench: Bench): Promise<Outcome> {
  const secret: Step = { do: 'put', key: bench.key('a'), value: 'forged', collection: '_implicit_org_CedarMSP' };
  const { code } = await bench.session('MapleMSP').submit([secret], { endorsers: ['MapleMSP'] });
  const hash = await bench
    .session()
    .evaluate([{ do: 'privateHash', key: bench.key('a'), collection: '_implicit_org_CedarMSP' }]);
  return { code, hash: hash as Outcome };
}

async function privateKeyPolicy(bench: Bench): Promise<Outcome> {
  const key = bench.key('a');
  const secret: Step = { do: 'put', key, value: 'secret', collection: 'pair' };
  return {
    set: await codeOf(bench, [secret, { do: 'setPolicy', key, collection: 'pair', organizations: ['MapleMSP'] }], {}),
    read: (await bench.session().evaluate([{ do: 'getPolicy', key, collection: 'pair' }])) as Outcome,
    byOthers: await codeOf(bench, [secret], { endorsers: ['CedarMSP', 'PineMSP'] }),
    byOwner: await codeOf(bench, [secret], { endorsers: ['MapleMSP'] }),
  };
}

/** Endorsement policies: of chaincode, key, collection and called chaincode. */
export const policyCases: ConformanceCase[] = [
  {
    name: 'two of four accepts any two banks',
    run: (bench) =>
      codesFor(bench, 'basic', [
        ['Cedar', 'Maple'],
        ['Pine', 'Willow'],
        ['Cedar'],
        ['Cedar', 'Centralbank'],
        ['Cedar', 'Maple', 'Pine', 'Willow'],
      ]),
  },
  {
    name: 'all of four needs all four',
    run: (bench) =>
      codesFor(bench, 'strict', [
        ['Cedar', 'Maple', 'Pine', 'Willow'],
        ['Cedar', 'Maple', 'Pine'],
      ]),
  },
  {
    name: 'a nested policy takes either branch',
    run: (bench) =>
      codesFor(bench, 'nested', [
        ['Cedar', 'Maple'],
        ['Pine', 'Willow'],
        ['Willow', 'Centralbank'],
        ['Cedar', 'Pine'],
        ['Cedar'],
        ['Maple', 'Pine', 'Centralbank'],
      ]),
  },
  { name: 'a key policy replaces the policy of the chaincode for that key', run: keyPolicy },
  { name: 'a deleted key loses its policy', run: keyPolicyOfDeletedKey },
  { name: 'a write in the block that changes the key policy is invalid', run: sameBlockPolicyChange },
  {
    name: 'a key without a policy has none',
    run: async (bench) => (await bench.session().evaluate([{ do: 'getPolicy', key: bench.key('a') }])) as Outcome,
  },
  {
    name: 'a policy of an absent key is kept or not as Fabric says',
    run: async (bench) => {
      const key = bench.key('a');
      const code = await codeOf(bench, [{ do: 'setPolicy', key, organizations: ['PineMSP'] }], {});
      return {
        code,
        policy: (await bench.session().evaluate([{ do: 'getPolicy', key }])) as Outcome,
        update: await codeOf(bench, [put(key)], {}),
      };
    },
  },
  { name: 'a change of a key policy conflicts with a read of it', run: metadataRead },
  { name: 'a collection policy replaces the policy of the chaincode for that collection', run: guarded },
  { name: 'an implicit collection is endorsed by its organisation alone', run: implicit },
  { name: 'another organisation alone cannot write an implicit collection', run: stall },
  { name: 'a key policy in a collection replaces the policy of the collection', run: privateKeyPolicy },
  { name: 'a called chaincode is read under the policy of the caller and written under its own', run: calls },
];
