import type { ChaincodeInterface, ChaincodeStub } from 'fabric-shim';
import shim from 'fabric-shim';

const openingBalance = 1_000_000;

async function open(stub: ChaincodeStub, first: number, count: number): Promise<void> {
  for (let index = first; index < first + count; index++) {
    await stub.putState(`account${index}`, Buffer.from(String(openingBalance)));
  }
}

/** The naive payment: two accounts read and written, and a record of the payment. */
async function pay(stub: ChaincodeStub, debtor: string, creditor: string): Promise<void> {
  const debtorBalance = Number(await stub.getState(debtor));
  const creditorBalance = Number(await stub.getState(creditor));
  if (debtorBalance < 1) throw new Error('insufficient funds');
  await stub.putState(debtor, Buffer.from(String(debtorBalance - 1)));
  await stub.putState(creditor, Buffer.from(String(creditorBalance + 1)));
  await stub.putState(`payment/${stub.getTxID()}`, Buffer.from(JSON.stringify({ debtor, creditor, amount: '1' })));
}

const newLoan = { principal: 100_000, annualRateBasisPoints: 1200, interest: 0, days: 0, status: 'ACTIVE' };

/** A naive day of one loan: read, one day's interest added, written. */
async function accrue(stub: ChaincodeStub, key: string): Promise<void> {
  const bytes = await stub.getState(key);
  const loan = bytes.length === 0 ? newLoan : (JSON.parse(bytes.toString()) as typeof newLoan);
  const interest = loan.interest + Math.floor((loan.principal * loan.annualRateBasisPoints) / 3_600_000);
  await stub.putState(key, Buffer.from(JSON.stringify({ ...loan, interest, days: loan.days + 1 })));
}

/** The cheapest transaction that there is: it writes one key, which costs what the network costs and nothing else. */
const touch = (stub: ChaincodeStub, key: string) => stub.putState(key, Buffer.from('1'));

const naive = {
  Init: async () => shim.success(),
  async Invoke(stub: ChaincodeStub) {
    const [name, first = '', second = ''] = stub.getStringArgs();
    try {
      if (name === 'open') await open(stub, Number(first), Number(second));
      else if (name === 'touch') await touch(stub, first);
      else if (name === 'accrue') await accrue(stub, first);
      else await pay(stub, first, second);
      return shim.success();
    } catch (error) {
      return shim.error((error as Error).message);
    }
  },
} as ChaincodeInterface;

// The shim's typings leave its static `server` out.
interface ServerFactory {
  server(chaincode: ChaincodeInterface, options: { ccid: string; address: string }): { start(): Promise<void> };
}

const servers = JSON.parse(process.env.CHAINCODE_SERVERS ?? '[]') as { ccid: string; address: string }[];
for (const server of servers) await (shim as unknown as ServerFactory).server(naive, server).start();
process.stdout.write('{"ready":true}\n');
process.on('SIGTERM', () => process.exit(0));
