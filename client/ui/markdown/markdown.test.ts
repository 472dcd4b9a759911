import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MARKDOWN_BOUNDS } from './bounded-rules.ts';
import { type Block, type Inline, nodesIn, parseMarkdown, plainText } from './markdown.ts';
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

  const depth = (blocks: readonly Block[]): number =>
    Math.max(
      0,
      ...blocks.map((block) => {
        if (block.is === 'quote') return 1 + depth(block.inner);
        return block.is === 'list' ? 1 + Math.max(...block.items.map(depth)) : 0;
      }),
    );
  const inlineDepth = (run: readonly Inline[]): number =>
    Math.max(0, ...run.map((node) => ('inner' in node ? 1 + inlineDepth(node.inner) : 0)));
  const textOf = (blocks: readonly Block[]): string =>
    JSON.stringify(blocks, (key, value: unknown) => (key === 'is' ? undefined : value));

  it.each([
    ['quotes', '> '.repeat(5000)],
    ['lists', '- '.repeat(5000)],
    ['both', '> 1. '.repeat(2000)],
  ])('stays shallow however deep the nesting of %s, and loses none of the text', (_, marks) => {
    const blocks = parseMarkdown(`${marks}the end`);
    expect(depth(blocks)).toBe(MARKDOWN_BOUNDS.depth);
    expect(textOf(blocks)).toContain('the end');
  });

  it('stays shallow however many marks are set into each other, and loses none of the text', () => {
    const marks = '**a *b '.repeat(1500);
    const [block] = parseMarkdown(`${marks}the end${' c* d**'.repeat(1500)}`);
    const blocks = block ? [block] : [];
    expect(textOf(blocks)).toContain('the end');
    expect(nodesIn(block ?? { is: 'rule' })).toBeLessThan(MARKDOWN_BOUNDS.nodes);
    const shallow = parseMarkdown(`${'**a *b '.repeat(20)}the end${' c* d**'.repeat(20)}`);
    expect(shallow[0]).toMatchObject({ is: 'paragraph' });
    expect(inlineDepth(nodesOf(shallow).slice(0, 2))).toBeLessThanOrEqual(MARKDOWN_BOUNDS.depth);
    expect(shownBy('**a *b* c**')).toBe('a b c');
    expect(plainText(nodesOf(shallow).slice(0, 1))).not.toBe('');
  });

  const table = (columns: number, rows: number) =>
    [
      '|a'.repeat(columns),
      '|-'.repeat(columns),
      ...Array.from({ length: rows - 1 }, () => '|b'),
    ].join('\n');
  const cellsOf = (blocks: readonly Block[]) =>
    blocks.flatMap((block) => (block.is === 'table' ? block.rows.flat() : [])).length;

  it('draws a table of up to 20 columns, 200 rows and 500 cells, and shows a larger one as its text', () => {
    expect(cellsOf(parseMarkdown(table(20, 25)))).toBe(500);
    expect(cellsOf(parseMarkdown(table(2, 200)))).toBe(400);
    for (const large of [table(21, 2), table(1, 201), table(20, 26), table(4000, 1000)]) {
      const blocks = parseMarkdown(large);
      expect(blocks.map((block) => block.is)).not.toContain('table');
      expect(textOf(blocks)).toContain('|a');
    }
  });

  it('draws no more cells for being split into many tables', () => {
    const many = Array.from({ length: 100 }, () => table(20, 20)).join('\n\n');
    expect(cellsOf(parseMarkdown(many))).toBe(400);
  });

  it('shows what goes beyond 2,000 nodes as it was typed', () => {
    const paragraphs = Array.from({ length: 1500 }, (_, index) => `*${index}*`);
    const blocks = parseMarkdown(paragraphs.join('\r\n\r\n'));
    const rest = blocks.at(-1);
    const drawn = blocks.slice(0, -1);
    expect(drawn.reduce((sum, block) => sum + nodesIn(block), 0)).toBeLessThanOrEqual(
      MARKDOWN_BOUNDS.nodes,
    );
    expect(drawn.length).toBeGreaterThan(600);
    expect(rest).toEqual({ is: 'plain', text: paragraphs.slice(drawn.length).join('\n\n') });
  });

  it('draws any message within its bounds', () => {
    const scrap = fc.constantFrom(
      '> ',
      '- ',
      '1. ',
      '|-',
      '|a',
      '\n',
      '\n\n',
      '*',
      '**',
      '`',
      'x ',
    );
    const piece = fc.tuple(scrap, fc.nat(300)).map(([text, times]) => text.repeat(times));
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const blocks = parseMarkdown(pieces.join('').slice(0, 16_000));
        expect(blocks.reduce((sum, block) => sum + nodesIn(block), 0)).toBeLessThanOrEqual(
          MARKDOWN_BOUNDS.nodes + 1,
        );
        expect(depth(blocks)).toBeLessThanOrEqual(MARKDOWN_BOUNDS.depth);
        expect(cellsOf(blocks)).toBeLessThanOrEqual(MARKDOWN_BOUNDS.cells);
      }),
    );
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
