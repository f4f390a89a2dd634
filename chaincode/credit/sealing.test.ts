import { seal, unseal } from './sealing.ts';

const subjectKey = '11'.repeat(32);
const place = 'cedar/S-1/tax/1';
const secret = '22'.repeat(32);
const text = '{"turnover":"73000000","legalName":"茶行"}';
const sealed = seal({ subjectKey, place }, secret, text);

describe('sealing', () => {
  test('opens with the key and in the place that it was sealed with', () => {
    expect(unseal({ subjectKey, place }, sealed)).toBe(text);
    expect(unseal({ subjectKey: '12'.repeat(32), place }, sealed)).toBeUndefined();
    expect(unseal({ subjectKey, place: 'cedar/S-2/tax/1' }, sealed)).toBeUndefined();
    expect(unseal({ subjectKey, place: 'maple/S-1/tax/1' }, sealed)).toBeUndefined();
  });

  test('is the same for the same deposit, and another for another text, place or secret', () => {
    expect(seal({ subjectKey, place }, secret, text)).toBe(sealed);
    const salts = [
      seal({ subjectKey, place }, secret, `${text} `),
      seal({ subjectKey, place: 'cedar/S-1/tax/2' }, secret, text),
      seal({ subjectKey, place }, '23'.repeat(32), text),
      sealed,
    ].map((it) => Buffer.from(it.slice(2), 'base64url').subarray(0, 16).toString('hex'));
    expect(new Set(salts).size).toBe(4);
  });

  test('shows every changed byte and every other form', () => {
    const bytes = Buffer.from(sealed.slice(2), 'base64url');
    for (let index = 0; index < bytes.length; index += 1) {
      const changed = Buffer.from(bytes);
      changed[index] = (changed[index] ?? 0) ^ 1;
      expect(unseal({ subjectKey, place }, `1.${changed.toString('base64url')}`)).toBeUndefined();
    }
    for (const form of [`2.${sealed.slice(2)}`, `${sealed}=`, `${sealed}.`, sealed.slice(0, 30), '', '1.']) {
      expect(unseal({ subjectKey, place }, form)).toBeUndefined();
    }
  });

  test('shows nothing of the text', () => {
    const bytes = Buffer.from(sealed.slice(2), 'base64url').toString('latin1');
    for (const part of ['73000000', 'turnover', '茶行']) {
      expect(bytes).not.toContain(Buffer.from(part).toString('latin1'));
    }
  });
});
