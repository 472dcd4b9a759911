import MarkdownIt from 'markdown-it';

/**
 * How much one message may ask of whoever reads it. 16,000 characters of Markdown can stand for 65,000 cells or thousands of
 * nested quotes, which no person writes and every reader's browser would have to draw.
 */
export const MARKDOWN_BOUNDS = {
  columns: 20,
  rows: 200,
  /** Of all tables of a message. */
  cells: 500,
  /** Lists and quotes in each other; marks such as bold in each other. */
  depth: 12,
  /** Elements and pieces of text of a message; what comes after them is shown as it was typed. */
  nodes: 2000,
} as const;

type Parser = InstanceType<typeof MarkdownIt>;
type BlockRule = ReturnType<Parser['block']['ruler']['getRules']>[number];

/** What a message has taken of its bounds while it is parsed, by the parser's `env`, of which each parse has its own. */
const takenIn = new WeakMap<object, { cells: number; depth: number }>();

function takenBy(env: object): { cells: number; depth: number } {
  const taken = takenIn.get(env) ?? { cells: 0, depth: 0 };
  takenIn.set(env, taken);
  return taken;
}

/** The parser's own rule of that name. */
function ruleNamed(name: string): BlockRule {
  const { ruler } = new MarkdownIt().block;
  ruler.enableOnly(name);
  const [rule] = ruler.getRules('');
  if (!rule) throw new Error(`expected markdown-it to have a block rule "${name}"`);
  return rule;
}

/** Replaces the rules that can outgrow a message: beyond the bounds they do not apply, and the text stays text. */
export function boundBlocks(parser: Parser): void {
  const table = ruleNamed('table');
  parser.block.ruler.at(
    'table',
    (state, startLine, endLine, silent) => {
      const taken = takenBy(state.env);
      const line = (at: number) =>
        state.src.slice((state.bMarks[at] ?? 0) + (state.tShift[at] ?? 0), state.eMarks[at]);
      if (startLine + 2 > endLine) return false;
      const delimiters = line(startLine + 1);
      if (!/^[-:|][-:|\s]*$/.test(delimiters)) return false;
      const columns = delimiters.split('|').filter((part) => part.includes('-')).length;
      let rows = 1;
      for (let at = startLine + 2; at < endLine && line(at).trim() !== ''; at++) {
        if (++rows > MARKDOWN_BOUNDS.rows) return false;
      }
      const cells = columns * rows;
      if (columns > MARKDOWN_BOUNDS.columns || taken.cells + cells > MARKDOWN_BOUNDS.cells) {
        return false;
      }
      const found = table(state, startLine, endLine, silent);
      if (found && !silent) taken.cells += cells;
      return found;
    },
    // What it may interrupt, as it is in markdown-it.
    { alt: ['paragraph', 'reference'] },
  );
  for (const { name, alt } of [
    { name: 'blockquote', alt: ['paragraph', 'reference', 'blockquote', 'list'] },
    { name: 'list', alt: ['paragraph', 'reference', 'blockquote'] },
  ]) {
    const rule = ruleNamed(name);
    parser.block.ruler.at(
      name,
      (state, startLine, endLine, silent) => {
        const taken = takenBy(state.env);
        if (taken.depth >= MARKDOWN_BOUNDS.depth) return false;
        taken.depth++;
        try {
          return rule(state, startLine, endLine, silent);
        } finally {
          taken.depth--;
        }
      },
      { alt },
    );
  }
}
