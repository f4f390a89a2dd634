const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

function readInteger(der: Uint8Array, offset: number): { value: bigint; next: number } {
  const length = der[offset + 1] as number;
  const bytes = der.subarray(offset + 2, offset + 2 + length);
  return { value: BigInt(`0x${Buffer.from(bytes).toString('hex')}`), next: offset + 2 + length };
}

function writeInteger(value: bigint): Buffer {
  const digits = value.toString(16);
  let bytes = Buffer.from(digits.length % 2 ? `0${digits}` : digits, 'hex');
  if ((bytes[0] as number) & 0x80) bytes = Buffer.concat([Buffer.from([0]), bytes]);
  return Buffer.concat([Buffer.from([0x02, bytes.length]), bytes]);
}

function withS(der: Uint8Array, choose: (s: bigint) => bigint): Uint8Array {
  const r = readInteger(der, 2);
  const s = readInteger(der, r.next);
  const body = Buffer.concat([writeInteger(r.value), writeInteger(choose(s.value))]);
  return Buffer.concat([Buffer.from([0x30, body.length]), body]);
}

/** The same P-256 signature with the smaller of its two S values. */
export function toLowS(der: Uint8Array): Uint8Array {
  return withS(der, (s) => (s > order / 2n ? order - s : s));
}

/** The same P-256 signature with the larger of its two S values: valid mathematics, refused by Fabric. */
export function toHighS(der: Uint8Array): Uint8Array {
  return withS(der, (s) => (s > order / 2n ? s : order - s));
}
