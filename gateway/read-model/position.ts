/** `<block>.<tx>.<index>`, as clients see it. */
export function toLedgerId(block: bigint, transaction: number, index: number): string {
  return `${block}.${transaction}.${index}`;
}

/** A client's ledger id as text that sorts like the ledger; undefined when it is not one. */
export function parseLedgerId(id: string): string | undefined {
  const match = /^(\d{1,12})\.(\d{1,6})\.(\d{1,8})$/.exec(id);
  if (!match) return undefined;
  const [, block = '', transaction = '', index = ''] = match;
  return `${block.padStart(12, '0')}.${transaction.padStart(6, '0')}.${index.padStart(8, '0')}`;
}
