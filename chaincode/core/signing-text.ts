/** First line of every text that a customer signs: what it is for, and the version of its form. */
const HEADLINE = 'tangram-signature-v1';

/** Where a signature holds: one channel, and one bank's ledger on it. */
export interface SigningPlace {
  readonly channel: string;
  readonly bank: string;
}

/** A line of the text; one without a value is left out. */
export type SigningField = readonly [name: string, value: string | undefined];

/**
 * The canonical form of an operation that a customer signs, as UTF-8: the headline, then `name=value` lines in a fixed
 * order, each ended by a line feed. No value may hold a line feed, which every schema of a signed field sees to, so
 * that one text stands for one operation.
 */
export function signingText(
  { channel, bank }: SigningPlace,
  operation: string,
  fields: readonly SigningField[],
): string {
  let text = `${HEADLINE}\nchannel=${channel}\nbank=${bank}\noperation=${operation}\n`;
  for (const [name, value] of fields) if (value !== undefined) text += `${name}=${value}\n`;
  return text;
}
