import {
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type Document,
  type Node,
  type YAMLParseError,
} from 'yaml';
import type { ConfigPath, ConfigProblem, Position } from './problem.js';

/** A parsed grapes.yaml that still knows where each value stands. */
export class ConfigSource {
  private constructor(
    private readonly document: Document.Parsed,
    private readonly lines: LineCounter,
  ) {}

  /** Never throws: what YAML itself rejects comes back as problems. */
  static parse(text: string): { source: ConfigSource; value: unknown; problems: ConfigProblem[] } {
    const lines = new LineCounter();
    const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, strict: true });
    const source = new ConfigSource(document, lines);
    const problems = tellingErrors(document.errors).map((error): ConfigProblem => {
      const duplicate = error.code === 'DUPLICATE_KEY';
      return {
        ...source.at(error.pos[0]),
        code: duplicate ? 'CONFIG_DUPLICATE_KEY' : 'CONFIG_SYNTAX',
        path: '',
        message: duplicate ? 'this key appears twice in the same section' : syntaxMessage(error),
      };
    });
    if (problems.length > 0) return { source, value: null, problems };
    try {
      return { source, value: document.toJS() as unknown, problems };
    } catch (cause) {
      // Unresolved or exploding aliases are only found when they are followed.
      const message = `not valid YAML: ${(cause as Error).message}`;
      return { source, value: null, problems: [{ line: 1, column: 1, code: 'CONFIG_SYNTAX', path: '', message }] };
    }
  }

  /** The value at `path`, or the nearest thing above it that is in the file. */
  positionOf(path: ConfigPath): Position {
    for (let n = path.length; n > 0; n--) {
      const node = this.document.getIn(path.slice(0, n), true) as Node | null | undefined;
      if (node?.range) return this.at(node.range[0]);
      const key = this.keyNode(path.slice(0, n));
      if (key?.range) return this.at(key.range[0]);
    }
    return this.document.contents?.range ? this.at(this.document.contents.range[0]) : { line: 1, column: 1 };
  }

  /** The key that introduces `path`; for list items the item itself. */
  positionOfKey(path: ConfigPath): Position {
    const key = this.keyNode(path);
    return key?.range ? this.at(key.range[0]) : this.positionOf(path);
  }

  private keyNode(path: ConfigPath): Node | null {
    const parent = path.length === 1 ? this.document.contents : this.document.getIn(path.slice(0, -1), true);
    if (isSeq(parent) || !isMap(parent)) return null;
    const name = path[path.length - 1];
    const pair = parent.items.find((item) => isPair(item) && isScalar(item.key) && item.key.value === name);
    return (pair?.key as Node | undefined) ?? null;
  }

  private at(offset: number): Position {
    const { line, col } = this.lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  }
}

/** Duplicate keys, and the first place where the text stops being YAML: what the parser says behind it follows from it. */
function tellingErrors(errors: readonly YAMLParseError[]): YAMLParseError[] {
  const firstSyntax = errors.find(({ code }) => code !== 'DUPLICATE_KEY');
  return errors.filter((error) => error.code === 'DUPLICATE_KEY' || error === firstSyntax);
}

/** Errors that a line indented too far, or not far enough, makes. */
const INDENTATION: readonly string[] = ['BLOCK_AS_IMPLICIT_KEY', 'BAD_INDENT', 'MULTILINE_IMPLICIT_KEY'];

function syntaxMessage({ code, message }: YAMLParseError): string {
  const advice = INDENTATION.includes(code) ? ': is the next line indented as far as it should be?' : '';
  return `not valid YAML: ${message}${advice}`;
}
