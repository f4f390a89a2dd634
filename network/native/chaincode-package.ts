import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';

export interface ChaincodePackage {
  label: string;
  /** Label and digest of the bytes: what peers know the package by, the same at every organisation. */
  packageId: string;
  bytes: Uint8Array;
}

/**
 * Packages a chaincode name as a service. The package holds no address and no key, so that all organisations install
 * the same bytes; the label carries version and digest of the code, which a package id would else say nothing about.
 */
export function createChaincodePackage(name: string, version: string, codeDigest: string): ChaincodePackage {
  const label = `${name}_${version}_${codeDigest.slice(0, 16)}`;
  const code = gzip(tar([{ name: 'label', text: label }]));
  const metadata = `{"path":"","type":"ccaas","label":"${label}"}`;
  const bytes = gzip(
    tar([
      { name: 'metadata.json', text: metadata },
      { name: 'code.tar.gz', bytes: code },
    ]),
  );
  return { label, packageId: `${label}:${createHash('sha256').update(bytes).digest('hex')}`, bytes };
}

const blockBytes = 512;

/** A ustar archive without times, owners or anything else that differs between two machines. */
function tar(files: { name: string; text?: string; bytes?: Uint8Array }[]): Buffer {
  const parts = files.flatMap(({ name, text, bytes }) => {
    const content = Buffer.from(bytes ?? Buffer.from(text ?? ''));
    return [tarHeader(name, content.length), content, Buffer.alloc(-content.length & (blockBytes - 1))];
  });
  return Buffer.concat([...parts, Buffer.alloc(2 * blockBytes)]);
}

function tarHeader(name: string, size: number): Buffer {
  const header = Buffer.alloc(blockBytes);
  const octal = (value: number, digits: number) => value.toString(8).padStart(digits, '0');
  header.write(name, 0);
  header.write(`${octal(0o100644, 7)}\0${octal(0, 7)}\0${octal(0, 7)}\0${octal(size, 11)}\0${octal(0, 11)}\0`, 100);
  // The checksum counts its own field as spaces.
  header.write('        0', 148);
  header.write('ustar\x0000', 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${octal(sum, 6)}\0 `, 148);
  return header;
}

function gzip(bytes: Uint8Array): Buffer {
  const zipped = gzipSync(bytes, { level: 0 });
  // The tenth byte names the operating system.
  zipped[9] = 0xff;
  return zipped;
}
