import { createRequire } from 'node:module';
import { type Context, Contract, JSONSerializer } from 'fabric-contract-api';
import type { ChaincodeInterface, ChaincodeResponse, ChaincodeStub } from 'fabric-shim';
import shim from 'fabric-shim';
import type { Step } from './step.ts';
import { runSteps } from './steps.ts';

const require = createRequire(import.meta.url);
const ChaincodeFromContract = require('fabric-shim/lib/contract-spi/chaincodefromcontract.js') as new (
  contracts: unknown[],
  serializers: unknown,
  metadata: unknown,
  title: string,
  version: string,
) => ChaincodeInterface;

// The shim's typings leave its static `server` out.
interface ServerFactory {
  server(chaincode: ChaincodeInterface, options: { ccid: string; address: string }): { start(): Promise<void> };
}

class FixtureContract extends Contract {}

const functions = {
  run: async (context: Context, steps: string) =>
    JSON.stringify(await runSteps(context.stub as unknown as ChaincodeStub, JSON.parse(steps) as Step[])),
  echo: async (_context: Context, text: string) => text,
  nothing: async (_context: Context) => undefined,
};
for (const [name, value] of Object.entries(functions)) {
  Object.defineProperty(FixtureContract.prototype, name, { value, enumerable: false });
}

/** The fixture: a table-built contract, and before it `respond`, which answers with any status it is told. */
function createFixture(): ChaincodeInterface {
  const contract = new ChaincodeFromContract(
    [FixtureContract],
    { transaction: 'jsonSerializer', serializers: { jsonSerializer: JSONSerializer } },
    {},
    'conformance',
    '1',
  );
  return {
    Init: (stub) => contract.Init(stub),
    Invoke: async (stub: ChaincodeStub): Promise<ChaincodeResponse> => {
      const [name, status, message, payload] = stub.getStringArgs();
      if (name !== 'respond') return contract.Invoke(stub);
      return { status: Number(status), message: message ?? '', payload: Buffer.from(payload ?? '') };
    },
  } as ChaincodeInterface;
}

const servers = JSON.parse(process.env.CHAINCODE_SERVERS ?? '[]') as { ccid: string; address: string }[];
for (const server of servers) await (shim as unknown as ServerFactory).server(createFixture(), server).start();
process.stdout.write('{"ready":true}\n');
process.on('SIGTERM', () => process.exit(0));
