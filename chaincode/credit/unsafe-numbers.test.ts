import { sha256 } from '../core/canonical.ts';
import { request as asked, product } from '../testing/lending-world.ts';
import { World } from '../testing/world.ts';
import { verifyDisclosure } from './disclosure/verify-disclosure.ts';

const disclosure = { leaf: 'decision', value: 1e300, salt: sha256('salt'), path: [] };

test('a number beyond 2^53 proves nothing', () => {
  const context = { owner: 'maple', subjectId: 'cedar-shop', kind: 'score', schemaVersion: 1, reference: 's1' };

  expect(verifyDisclosure({ context, commitment: sha256('commitment') }, disclosure)).toBe(false);
});

test('a request that repeats an id with such a number is refused alone, and aborts no batch', async () => {
  const world = new World();
  await world.open('cedar-shop');
  await world.accept('consortium', 'lending:setProduct', product);
  await world.accept('cedar', 'lending:requestLoan', asked);
  const score = { scoredBy: 'maple', scoreId: 's1', decisionProof: disclosure };

  expect(await world.refuse('cedar', 'lending:requestLoan', { ...asked, score })).toMatchObject({
    code: 'CORE_EXISTS_WITH_DIFFERENT_PAYLOAD',
  });
});
