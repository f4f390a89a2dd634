/** Place on the ledger as text that sorts like the ledger: block, transaction, index. */
export function toPosition(block: bigint, transaction: number, index: number): string {
  return `${String(block).padStart(12, '0')}.${String(transaction).padStart(6, '0')}.${String(index).padStart(8, '0')}`;
}

/** `<block>.<tx>.<index>`, as clients see it. */
export function toLedgerId(block: bigint, transaction: number, index: number): string {
  return `${block}.${transaction}.${index}`;
}

/** Position of a client's ledger id; undefined when it is not one. */
export function parseLedgerId(id: string): string | undefined {
  const match = /^(\d{1,12})\.(\d{1,6})\.(\d{1,8})$/.exec(id);
  if (!match) return undefined;
  return toPosition(BigInt(match[1] ?? 0), Number(match[2]), Number(match[3]));
}
