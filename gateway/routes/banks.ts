import { Bank, Banks } from '@tangram/chaincode/registry/schemas.ts';
import { Type } from 'typebox';
import { bookedAnswer, type Route, route } from './route.ts';
import { BankName, fields, Position } from './schemas.ts';

const tag = 'banks';

const listBanks = route({
  method: 'GET',
  path: '/v1/banks',
  operationId: 'listBanks',
  tag,
  summary: 'List the banks of the network, as the consortium’s registry has them',
  roles: ['customer', 'operator', 'regulator'],
  success: { status: 200, description: 'Every bank that is or was one, in the order of admission.', schema: Banks },
  errors: [],
  async run(call) {
    return { body: await call.services.queries.evaluate('registry:listBanks', {}, 'consortium') };
  },
});

const setBankStatus = route({
  method: 'PUT',
  path: '/v1/banks/{bank}',
  operationId: 'setBankStatus',
  tag,
  summary: 'Admit a bank, or let one leave',
  description:
    'MEMBER opens the network to an organisation whose peer, chaincode and gateway stand already. LEAVING stops new payments to the bank.',
  roles: ['operator'],
  at: 'centralbank',
  params: fields({ bank: BankName }),
  body: fields({ status: Bank.properties.status }),
  success: {
    status: 200,
    description: 'Booked.',
    schema: Type.Object({ ...Bank.properties, ...Position }, { additionalProperties: true }),
  },
  errors: ['REGISTRY_NAME_TAKEN', 'REGISTRY_BANK_UNKNOWN'],
  example: { body: { status: 'MEMBER' } },
  async run(call) {
    const { bank } = call.params;
    const operation = call.body.status === 'MEMBER' ? 'registry:admitBank' : 'registry:dismissBank';
    const { operations } = call.services;
    const { requester } = call;
    const booked = await operations.submitOne({ operation, lane: 'consortium', request: { bank }, requester });
    return bookedAnswer({ bank }, booked);
  },
});

export const bankRoutes: Route[] = [listBanks, setBankStatus];
