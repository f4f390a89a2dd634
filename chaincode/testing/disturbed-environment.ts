const LOCAL_TIME = ['getFullYear', 'getMonth', 'getDate', 'getDay', 'getHours', 'getMinutes', 'toString'] as const;
/** The farthest time zone, and minutes that no zone has. */
const ZONE_MILLISECONDS = (14 * 60 + 17) * 60_000;

/**
 * Runs something in another environment than the machine's: clock, random numbers, time zone and variables differ.
 * Chaincode that looks at any of them gives other bytes than it gave before.
 */
export async function inDisturbedEnvironment<Result>(run: () => Promise<Result>): Promise<Result> {
  const { now } = Date;
  const { random } = Math;
  const environment = process.env;
  const local = LOCAL_TIME.map((name) => Object.getOwnPropertyDescriptor(Date.prototype, name) as PropertyDescriptor);
  let disturbance = 1;
  const next = () => {
    disturbance = (disturbance * 48_271) % 2_147_483_647;
    return disturbance;
  };
  Date.now = () => now() - 86_400_000 * next();
  Math.random = () => next() / 2_147_483_647;
  process.env = { LANG: 'tr_TR.UTF-8' };
  for (const [index, name] of LOCAL_TIME.entries()) {
    const method = local[index]?.value as (this: Date) => unknown;
    const value = function (this: Date) {
      return method.call(new Date(this.getTime() + ZONE_MILLISECONDS));
    };
    Object.defineProperty(Date.prototype, name, { ...local[index], value });
  }
  try {
    return await run();
  } finally {
    Date.now = now;
    Math.random = random;
    process.env = environment;
    for (const [index, name] of LOCAL_TIME.entries()) {
      Object.defineProperty(Date.prototype, name, local[index] as PropertyDescriptor);
    }
  }
}
