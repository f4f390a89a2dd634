import { type Static, Type } from 'typebox';
import { BankName, strict } from '../core/fields.ts';

export const BankReference = Type.Object({ bank: BankName }, strict);
export type BankReference = Static<typeof BankReference>;

export const Bank = Type.Object(
  {
    bank: BankName,
    status: Type.Union([Type.Literal('MEMBER'), Type.Literal('LEAVING')], {
      description:
        'A bank that is LEAVING gets no new payments; what is open is still delivered, settled and paid out.',
    }),
  },
  strict,
);
export type Bank = Static<typeof Bank>;

/** `registry/banks` of the consortium: every bank that is or was one, in the order of admission. */
export const Banks = Type.Object({ banks: Type.Array(Bank) }, strict);
export type Banks = Static<typeof Banks>;

export const Nothing = Type.Object({}, strict);
