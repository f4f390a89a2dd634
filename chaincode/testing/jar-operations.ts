import { Type } from 'typebox';
import { defineErrors } from '../core/errors.ts';
import { defineOperation } from '../core/operation.ts';
import { collection } from '../core/store.ts';

// Small operations with which core's own tests drive the pipeline: jars that hold beans.
export const jarErrors = defineErrors('JARS', {
  JAR_EMPTY: {
    status: 422,
    outcome: 'refused',
    retry: 'after-change',
    text: 'Jar {jar} has {beans}.',
    fix: 'Fill it.',
  },
});

const strict = { additionalProperties: false };
const Name = Type.String({ pattern: '^[a-z]{1,10}$' });
const Jar = Type.Object({ jar: Name, beans: Type.Integer() }, strict);
const jars = collection('jar', Jar, ({ jar }) => [jar]);

const Move = Type.Object(
  {
    moveId: Type.String({ maxLength: 40 }),
    jar: Name,
    beans: Type.Integer(),
    note: Type.Optional(Type.String()),
    linked: Type.Optional(Type.Boolean()),
  },
  strict,
);

/** Adds beans to a jar, or takes them out when negative; tells another bank with every move. */
export const moveBeans = defineOperation({
  name: 'jars:moveBeans',
  kind: 'submit',
  lanes: ['bank'],
  roles: ['customer', 'operator'],
  request: Move,
  result: Jar,
  onceOnly: { scope: 'move', id: ({ moveId }) => moveId, ignore: ['note'] },
  reads: ({ jar }) => ({ own: [jars.key(jar)] }),
  run: (ledger, { jar, beans }) => {
    const before = jars.find(ledger, jar)?.beans ?? 0;
    jars.put(ledger, { jar, beans: before + beans });
    ledger.lane.send('maple', { jar, beans });
    ledger.lane.addToCounter('beans', { amount: BigInt(beans), currency: 'CNY' });
    ledger.emit('BeansMoved', { jar, beans });
    if (before + beans < 0) throw jarErrors.JAR_EMPTY({ jar, beans: before });
    return { jar, beans: before + beans };
  },
});

export const breakJar = defineOperation({
  name: 'jars:breakJar',
  kind: 'submit',
  lanes: ['bank'],
  roles: ['operator'],
  request: Type.Object({}, strict),
  result: Type.Object({}, strict),
  run: () => {
    throw new Error('the jar broke');
  },
});

export const getJar = defineOperation({
  name: 'jars:getJar',
  kind: 'query',
  lanes: ['bank'],
  roles: ['operator'],
  request: Type.Object({ jar: Name }, strict),
  result: Jar,
  run: (ledger, { jar }) => jars.get(ledger, jar),
});

/** Writes a label at the caller's own bank, reached from the central bank only. */
export const applyLabel = defineOperation({
  name: 'jars:applyLabel',
  kind: 'direct',
  lanes: ['bank'],
  roles: [],
  calledFrom: { namespace: 'centralbank', operation: 'jars:labelAll' },
  request: Type.Object({ label: Name }, strict),
  result: Type.Object({}, strict),
  run: (ledger, { label }) => {
    ledger.state.put('label', { label });
    return {};
  },
});

export const labelAll = defineOperation({
  name: 'jars:labelAll',
  kind: 'direct',
  lanes: ['centralbank'],
  roles: [],
  request: Type.Object({ label: Name }, strict),
  result: Type.Object({ banks: Type.Integer() }, strict),
  run: (ledger, { label }) => {
    for (const bank of ['cedar', 'maple']) ledger.callOperation(bank, 'jars:applyLabel', { label });
    return { banks: 2 };
  },
});

/** Keeps a recipe in the owner's private collection. */
export const depositRecipe = defineOperation({
  name: 'jars:depositRecipe',
  kind: 'deposit',
  lanes: ['bank'],
  roles: ['operator'],
  request: Type.Object({}, strict),
  result: Type.Object({ digest: Type.String() }, strict),
  run: (ledger) => {
    ledger.privateData.put('CedarMSP', 'recipe', ledger.transient('recipe') ?? '');
    return { digest: 'kept' };
  },
});

export const jarOperations = [moveBeans, breakJar, getJar, applyLabel, labelAll, depositRecipe];
