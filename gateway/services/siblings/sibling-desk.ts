import type { BatchOperation } from '@tangram/chaincode/core/batch.ts';
import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { gatewayErrors, problemOf } from '../gateway-errors.ts';
import type { LaneWriter } from '../lane/lane-writer.ts';
import { newGroup } from '../lane/operation-group.ts';
import type { OperationOutcome } from '../types.ts';
import type { Pulse } from './heartbeat.ts';
import type { SiblingTokens } from './sibling-tokens.ts';

/** What siblings may ask of this gateway. Answers are signed like the questions. */
export interface SiblingDesk {
  /** Throws when no sibling signed it. */
  pulse(question: SiblingQuestion): Promise<SiblingAnswer>;
  /** Books a sibling's operations here, if this gateway holds the lane. Throws when no sibling signed them. */
  book(lane: string, question: SiblingQuestion): Promise<SiblingAnswer>;
}

export interface SiblingQuestion {
  token: string;
  body: string;
}

export interface SiblingAnswer {
  token: string;
  body: string;
}

const strict = { additionalProperties: false };
const Forwarded = Type.Object(
  {
    operation: Type.String(),
    request: Type.Record(Type.String(), Type.Unknown()),
    caller: Type.Object(
      {
        kind: Type.Union([Type.Literal('customer'), Type.Literal('operator'), Type.Literal('system')]),
        ref: Type.String({ pattern: '^[0-9a-f]{0,64}$' }),
      },
      strict,
    ),
    linked: Type.Optional(Type.Boolean()),
  },
  strict,
);
const isForwarded = Compile(
  Type.Object({ groups: Type.Array(Type.Array(Forwarded, { minItems: 1 }), { minItems: 1 }) }, strict),
);

/** Answers the other gateways of the organisation. */
export function createSiblingDesk(
  tokens: SiblingTokens,
  own: { holder: string; lanes: ReadonlyMap<string, LaneWriter> },
): SiblingDesk {
  const answer = (id: string, value: unknown): SiblingAnswer => {
    const body = JSON.stringify(value);
    const { token } = tokens.sign({ purpose: `answer:${id}`, body });
    return { token, body };
  };
  return {
    pulse: async ({ token, body }) => {
      const id = tokens.verify(token, { purpose: 'pulse', body });
      const lanes = [...own.lanes].map(([lane, writer]): [string, Pulse['lanes'][string]] => {
        const { holding, epoch } = writer.status();
        return [lane, { holds: holding, epoch }];
      });
      return answer(id, { holder: own.holder, lanes: Object.fromEntries(lanes) } satisfies Pulse);
    },
    book: async (lane, { token, body }) => {
      const id = tokens.verify(token, { purpose: `book:${lane}`, body });
      const question: unknown = JSON.parse(body);
      const writer = own.lanes.get(lane);
      if (!writer || !isForwarded.Check(question)) throw new Error('the sibling forwarded no operations of a lane');
      return answer(id, { outcomes: await book(writer, question.groups as BatchOperation[][]) });
    },
  };
}

function book(writer: LaneWriter, groups: BatchOperation[][]): Promise<OperationOutcome[][]> {
  const waiting = groups.map((operations) => {
    const { promise, resolve } = Promise.withResolvers<OperationOutcome[]>();
    const caller = operations[0]?.caller.ref ?? '';
    // Once is enough: two gateways that each think the other holds the lane must not send operations in circles.
    const group = newGroup({ operations, caller, answer: resolve, stays: true, isReadElsewhere: true });
    return { promise, group };
  });
  if (!writer.tryAdd(waiting.map(({ group }) => group))) {
    const problem = problemOf(gatewayErrors.BUSY({ lane: writer.lane }));
    return Promise.resolve(groups.map((operations) => operations.map(() => problem)));
  }
  return Promise.all(waiting.map(({ promise }) => promise));
}
