import type { Delivery } from './deliveries.ts';
import { type Fault, faults } from './faults.ts';
import type { Episode } from './report.ts';
import { findStall } from './stalls.ts';

const bankDown = faults.find(({ name }) => name === 'bank-down') as Fault;
const peerStop = faults.find(({ name }) => name === 'peer-stop') as Fault;
const second = 1_000;

/** Calm until 10 s, a bank down until 40 s, and after that it is back. */
const episode: Episode = {
  fault: bankDown,
  target: 'all processes of willow',
  bank: 'willow',
  calm: { from: 5 * second, to: 10 * second },
  span: { from: 10 * second, to: 45 * second },
  backMilliseconds: 30 * second,
};

/** One each half a second from one time to another. */
const steady = (from: number, to: number, of: Omit<Delivery, 'at'> = { from: 'cedar', to: 'maple' }): Delivery[] =>
  Array.from({ length: 2 * (to - from) }, (_, index) => ({ at: from * second + index * 500, ...of }));
const always = steady(0, 45);

describe('findStall', () => {
  test('finds inboxes that stood still while the banks accepted payments for each other', () => {
    const deliveries = [...steady(0, 12), ...steady(40, 45)];

    expect(findStall(episode, { crossings: always, deliveries })).toBe(
      'bank-down: for 27.5 s the other banks accepted payments for each other, and none of them was delivered.',
    );
  });

  test('counts what goes to or comes from the bank that is down for nothing', () => {
    const deliveries = [...steady(0, 12), ...steady(12, 40, { from: 'willow', to: 'cedar' })];

    expect(findStall(episode, { crossings: always, deliveries })).toContain('none of them was delivered');
  });

  test.each([
    { what: 'they move', deliveries: always },
    { what: 'one of them moves now and then', deliveries: [...steady(0, 12), ...[16, 20, 24, 28, 32, 36].flatMap(at)] },
    { what: 'they stand for a short while', deliveries: [...steady(0, 12), ...steady(16, 45)] },
    { what: 'nobody accepts payments', deliveries: steady(0, 12), crossings: steady(0, 12) },
    {
      what: 'payments are for the bank that is down alone',
      deliveries: steady(0, 12),
      crossings: [...steady(0, 12), ...steady(12, 40, { from: 'cedar', to: 'willow' })],
    },
    {
      what: 'nothing was ordered between two moments',
      deliveries: steady(0, 12),
      crossings: [...steady(0, 13), ...steady(39, 40)],
    },
    {
      what: 'deliveries were as rare in the calm before',
      deliveries: [4, 7, 12].flatMap(at),
    },
    { what: 'the bank is back too soon to tell', deliveries: steady(0, 11), backMilliseconds: 5 * second },
    { what: 'the fault takes no bank away', deliveries: steady(0, 12), fault: peerStop },
  ])('finds nothing where $what', ({ deliveries, crossings = always, ...change }) => {
    expect(findStall({ ...episode, ...change }, { crossings, deliveries })).toBeUndefined();
  });
});

function at(seconds: number): Delivery[] {
  return [{ at: seconds * second, from: 'pine', to: 'cedar' }];
}
