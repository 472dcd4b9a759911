import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Block, type Inline, parseMarkdown, plainText } from './markdown.ts';
import { safeLink } from './safe-link.ts';

/** Every inline node of a message. */
function nodesOf(blocks: readonly Block[]): Inline[] {
  const run = (inline: readonly Inline[]): Inline[] =>
    inline.flatMap((node) => ('inner' in node ? [node, ...run(node.inner)] : [node]));
  return blocks.flatMap((block): Inline[] => {
    switch (block.is) {
      case 'paragraph':
      case 'heading':
        return run(block.inner);
      case 'quote':
        return nodesOf(block.inner);
      case 'list':
        return block.items.flatMap(nodesOf);
      case 'table':
        return block.rows.flat().flatMap(run);
      default:
        return [];
    }
  });
}

const linksOf = (text: string) =>
  nodesOf(parseMarkdown(text)).flatMap((node) => (node.is === 'link' ? [node] : []));
const shownBy = (text: string) =>
  parseMarkdown(text)
    .map((block) => ('inner' in block && block.is !== 'quote' ? plainText(block.inner) : ''))
    .join('\n');

describe('markdown', () => {
  it('keeps line breaks as they were typed', () => {
    expect(parseMarkdown('one\ntwo')).toEqual([
      {
        is: 'paragraph',
        inner: [{ is: 'text', text: 'one' }, { is: 'break' }, { is: 'text', text: 'two' }],
      },
    ]);
  });

  it('knows emphasis, code, quotes, lists, tables and fences', () => {
    const kinds = parseMarkdown(
      '# head\n\n**a** *b* ~~c~~ `d`\n\n> q\n\n- x\n  1. y\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```\ncode\n```\n\n---',
    ).map((block) => block.is);
    expect(kinds).toEqual(['heading', 'paragraph', 'quote', 'list', 'table', 'code', 'rule']);
  });

  it('keeps a list that begins at another number', () => {
    expect(parseMarkdown('3. c\n4. d')).toMatchObject([{ is: 'list', start: 3, items: [{}, {}] }]);
  });

  it('shows HTML as the text it is', () => {
    const hostile =
      '<img src=x onerror=alert(1)> <script>alert(1)</script> <a href="javascript:1">a</a>';
    expect(shownBy(hostile)).toBe(hostile);
    expect(linksOf(hostile)).toEqual([]);
  });

  it.each([
    '[a](javascript:alert(1))',
    '[a](JaVaScRiPt:alert(1))',
    '[a](java&#x0A;script:alert(1))',
    '[a](&#106;avascript:alert(1))',
    '[a](<java\tscript:alert(1)>)',
    '[a](vbscript:x)',
    '[a](data:text/html,<script>alert(1)</script>)',
    '[a](data:image/svg+xml;base64,PHN2Zz4=)',
    '![a](data:image/png;base64,AA)',
    '[a](file:///etc/passwd)',
    '[a](blob:https://example.org/x)',
    '[a](//example.org/x)',
    '[a](/logout)',
    '[a](#/join/token)',
    '[a][b]\n\n[b]: javascript:alert(1)',
    '<javascript:alert(1)>',
    'javascript:alert(1)',
  ])('makes no link of %s', (text) => {
    expect(linksOf(text)).toEqual([]);
  });

  it('links http, https and mailto, and bare addresses with a scheme', () => {
    const found = linksOf('[a](http://example.org) https://example.org/b <mailto:ada@example.org>');
    expect(found.map((link) => link.href)).toEqual([
      'http://example.org/',
      'https://example.org/b',
      'mailto:ada@example.org',
    ]);
  });

  it('turns a picture into a link, so that nobody is told who looks', () => {
    expect(linksOf('![the shed](https://example.org/shed.png)')).toEqual([
      {
        is: 'link',
        href: 'https://example.org/shed.png',
        inner: [{ is: 'text', text: 'the shed' }],
      },
    ]);
  });

  it('says where a link leads when its text names another place', () => {
    expect(linksOf('[https://bank.example](https://evil.example/x)')[0]?.leadsTo).toBe(
      'evil.example',
    );
    expect(linksOf('[bank.example](https://evil.example)')[0]?.leadsTo).toBe('evil.example');
    expect(linksOf('[the bank](https://bank.example)')[0]?.leadsTo).toBeUndefined();
    expect(linksOf('https://bank.example/x')[0]?.leadsTo).toBeUndefined();
    expect(linksOf('[аррӏе.example](https://xn--80ak6aa92e.example)')[0]?.leadsTo).toBeUndefined();
    expect(linksOf('[apple.example](https://xn--80ak6aa92e.example)')[0]?.leadsTo).toBe(
      'xn--80ak6aa92e.example',
    );
  });

  it('leaves addresses with reordering or hidden characters as text', () => {
    expect(linksOf('https://example.org/\u202Egnp.exe')).toEqual([]);
    expect(linksOf('https://example.org/%E2%80%AEgnp.exe')).toEqual([]);
    expect(linksOf('[moc.elgoog\u202E](https://example.org)')).toEqual([]);
    expect(linksOf('[a\u2066b](https://example.org)')).toEqual([]);
  });

  it('leaves addresses with a user name before the host as text, address and all', () => {
    const text = '[your bank](https://bank.example@evil.example/)';
    expect(linksOf(text)).toEqual([]);
    expect(shownBy(text)).toBe('your bank (https://bank.example@evil.example/)');
  });

  it('stays shallow however deep the quoting', () => {
    const depth = (blocks: readonly Block[]): number =>
      1 + Math.max(0, ...blocks.map((block) => (block.is === 'quote' ? depth(block.inner) : 0)));
    expect(depth(parseMarkdown(`${'> '.repeat(5000)}x`))).toBeLessThan(25);
  });

  it('takes any text without throwing, and every link it finds is one that may be followed', () => {
    const scrap = fc.constantFrom(
      '[',
      ']',
      '(',
      ')',
      '!',
      '<',
      '>',
      'javascript:',
      'https://a.b',
      '*',
      '`',
      '\n',
      '|-|',
    );
    const text = fc.array(fc.oneof(scrap, fc.string({ maxLength: 6 })), { maxLength: 40 });
    fc.assert(
      fc.property(text, (parts) => {
        for (const link of linksOf(parts.join(''))) {
          expect(link.href).toMatch(/^(https?:\/\/|mailto:)/);
        }
      }),
    );
  });

  it('judges an address the same when it is judged again', () => {
    fc.assert(
      fc.property(fc.webUrl(), (url) => {
        const once = safeLink(url, 'x');
        expect(once && safeLink(once.href, 'x')).toEqual(once);
      }),
    );
  });
});
