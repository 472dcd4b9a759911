/** What a source file asks for: every way TypeScript and the bundler have of naming another module. */
import { type ESTree, parseSync, Visitor } from 'vite';

export interface Import {
  /** As written. */
  readonly specifier: string;
  /** Gone when the file runs. */
  readonly typeOnly: boolean;
  readonly line: number;
}

/** As against a folder, a picture or a page, which no layer owns. */
const isModule = /\.[cm]?[jt]sx?$/;

function isImportMetaUrl(node: ESTree.Argument | undefined): boolean {
  return (
    node?.type === 'MemberExpression' &&
    node.object.type === 'MetaProperty' &&
    node.property.type === 'Identifier' &&
    node.property.name === 'url'
  );
}

/**
 * Static and dynamic imports, re-exports, `import('…')` types, and files named by `new URL('…', import.meta.url)`, as
 * workers are. A dynamic import of anything but a literal cannot be judged: its specifier is empty.
 * Throws where the source does not parse.
 */
export function importsOf(file: string, source: string): Import[] {
  const { program, errors } = parseSync(file, source);
  const broken = errors[0];
  if (broken) throw new Error(`${file} does not parse: ${broken.message}`);
  const found: Import[] = [];
  const add = (at: number, specifier: string, typeOnly = false): void => {
    found.push({ specifier, typeOnly, line: source.slice(0, at).split('\n').length });
  };
  new Visitor({
    ImportDeclaration(node) {
      const { specifiers } = node;
      const typesAlone =
        specifiers.length > 0 &&
        specifiers.every((one) => one.type === 'ImportSpecifier' && one.importKind === 'type');
      add(node.start, node.source.value, node.importKind === 'type' || typesAlone);
    },
    ExportAllDeclaration(node) {
      add(node.start, node.source.value, node.exportKind === 'type');
    },
    ExportNamedDeclaration(node) {
      if (node.source) add(node.start, node.source.value, node.exportKind === 'type');
    },
    ImportExpression(node) {
      const { source: named } = node;
      const literal = named.type === 'Literal' && typeof named.value === 'string';
      add(node.start, literal ? String(named.value) : '');
    },
    TSImportType(node) {
      add(node.start, node.source.value, true);
    },
    NewExpression(node) {
      const [named, base] = node.arguments;
      if (node.callee.type !== 'Identifier' || node.callee.name !== 'URL') return;
      if (named?.type !== 'Literal' || typeof named.value !== 'string') return;
      if (isModule.test(named.value) && isImportMetaUrl(base)) add(node.start, named.value);
    },
  }).visit(program);
  return found;
}
