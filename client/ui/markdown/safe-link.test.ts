import { describe, expect, it } from 'vitest';
import { safeLink } from './safe-link.ts';

const leadsTo = (text: string, href: string) => safeLink(href, text)?.leadsTo;

describe('a link', () => {
  it.each([
    'bank.example',
    'https://bank.example',
    'https://bank.example.',
    'https://bank.example,',
    '«https://bank.example»',
    '(bank.example)',
    'bank.example →',
    'Log in at bank.example now',
    'https://bank.example@x',
    'https://bank.example/evil.example',
    'bank。example',
    'bank．example',
    'ｂａｎｋ.example',
    'bank\u00AD.exam\u00ADple',
    'BANK.EXAMPLE',
    'bank.example: https://evil.example',
    'evil.example.bank.example',
    'notevil.example',
    'аррӏе.example',
    '192.0.2.7',
    'http://192.0.2.7/login',
    'https://3221225991',
    'https://[2001:db8::7]/',
    '[2001:db8::7]',
    'http://localhost:8080',
    'ftp://bank',
    'help@bank.example',
  ])('that says "%s" and leads to evil.example says so', (text) => {
    expect(leadsTo(text, 'https://evil.example/x')).toBe('evil.example');
  });

  it.each([
    ['the bank', 'https://bank.example/'],
    ['bank.example', 'https://bank.example/login'],
    ['bank.example', 'https://www.bank.example/'],
    ['www.bank.example', 'https://bank.example/'],
    ['https://bank.example…', 'https://bank.example/long'],
    ['«BANK.example», to be exact.', 'https://bank.example/'],
    ['bank。example', 'https://bank.example/'],
    ['https://bank.example/a/index.html', 'https://bank.example/a/index.html'],
    ['bank.example/a/index.html', 'https://bank.example/a/index.html'],
    ['http://192.0.2.7/login', 'http://192.0.2.7/login'],
    ['[2001:db8::7]', 'https://[2001:db8:0::7]/x'],
    ['http://localhost:8080', 'http://localhost:8080/x'],
    ['version 1.5 of 3.11.2026', 'https://bank.example/'],
    ['and so on... e.g. here', 'https://bank.example/'],
    ['mailto:ada@example.org', 'mailto:ada@example.org'],
    ['ada@example.org', 'mailto:ada@example.org'],
  ])('that says "%s" and leads to %s has nothing to add', (text, href) => {
    expect(safeLink(href, text)).toBeDefined();
    expect(leadsTo(text, href)).toBeUndefined();
  });

  it('does not take the last label of a host for its domain', () => {
    expect(leadsTo('https://example', 'https://evil.example/')).toBe('evil.example');
    expect(leadsTo('192.0.2.7', 'http://2.192.0.2/')).toBe('2.192.0.2');
  });

  it('with more text than is searched always says where it leads', () => {
    expect(leadsTo(`${'so '.repeat(400)}bank.example`, 'https://evil.example')).toBe(
      'evil.example',
    );
    expect(leadsTo('so '.repeat(400), 'https://bank.example')).toBe('bank.example');
    const long = `https://bank.example/${'a'.repeat(1500)}`;
    expect(leadsTo(long, long)).toBeUndefined();
  });

  it('to a mail address says which, when its text names another', () => {
    expect(leadsTo('help@bank.example', 'mailto:help@evil.example')).toBe('help@evil.example');
    expect(leadsTo('help@bank.example', 'mailto:a@bank.example,b@evil.example')).toBe(
      'a@bank.example,b@evil.example',
    );
  });
});
