import { join } from 'node:path';
import { sharesOfProfile, sharesOfReport } from './profile.ts';

const root = `file://${join(import.meta.dirname, '../..')}`;

describe('sharesOfProfile', () => {
  test('adds up what one module took, and leaves idle time out', () => {
    const frame = (id: number, url: string, functionName = 'f') => ({ id, callFrame: { functionName, url } });
    const shares = sharesOfProfile({
      nodes: [
        frame(1, `${root}/chaincode/core/book/book.ts`),
        frame(2, `${root}/chaincode/core/book/segment.ts`),
        frame(3, `${root}/node_modules/@grpc/grpc-js/build/src/call.js`),
        frame(4, 'node:internal/streams/readable'),
        frame(5, '', '(garbage collector)'),
        frame(6, '', '(idle)'),
        frame(7, `${root}/gateway/main.ts`),
      ],
      samples: [1, 2, 3, 4, 5, 6, 7],
      timeDeltas: [30, 20, 20, 10, 10, 1_000, 10],
    });

    expect(shares).toEqual([
      ['chaincode/core/book', 50],
      ['@grpc/grpc-js', 20],
      ['node:internal/streams/readable', 10],
      ['(garbage collector)', 10],
      ['gateway', 10],
    ]);
  });
});

describe('sharesOfReport', () => {
  test('reads symbols of a program and of the kernel', () => {
    const text =
      '\n     7.25%  [.] runtime.scanobject          -      -\n     1.50%  [k] copy_user_generic\n# a remark\n';
    expect(sharesOfReport(text)).toEqual([
      ['runtime.scanobject', 7.25],
      ['copy_user_generic (kernel)', 1.5],
    ]);
  });
});
