import { XmlDocument } from 'libxml2-wasm';
import { branch, documentOf, escapeText, leaf } from './xml-writer.ts';

describe('escapeText', () => {
  test.each([
    ['markup', '</Nm><Amt>1</Amt>&amp;<![CDATA[x]]>'],
    ['line ends', 'one\r\ntwo\rthree\nfour\tfive'],
    ['other planes', '茶 𠮷 😀'],
    ['quotes', `"it's"`],
  ])('brings %s back unchanged', (_what, text) => {
    const document = XmlDocument.fromString(documentOf('urn:test', branch('A', leaf('B', text))));

    expect(document.root.content).toBe(text);
    document.dispose();
  });

  test('replaces what XML cannot hold', () => {
    expect(escapeText('a\u0000b\u0008c\ud800d\uffffe')).toBe('a\ufffdb\ufffdc\ufffdd\ufffde');
  });

  test('leaves out an element without text', () => {
    expect(leaf('A', null) + leaf('B', undefined) + leaf('C', '')).toBe('<C></C>');
  });
});
