import { ToolError } from '../../errors/tool-error.js';
import type { StackBound, StackFrame } from '../../ir/firmware-image.js';
import type { CallGraph } from './call-graph.js';
import type { KnownFrames } from './known-frames.js';

interface Depth {
  readonly bytes: number;
  readonly chain: readonly StackFrame[];
}

/** Worst-case stack of functions: the deepest chain of frames through the call graph. */
export class StackBounds {
  private readonly done = new Map<string, Depth>();

  constructor(
    private readonly graph: CallGraph,
    /** Functions that the graph calls and does not define. */
    private readonly known: KnownFrames,
  ) {}

  /**
   * The bound of one entry function by its key.
   * @throws ToolError STACK_RECURSION, STACK_INDIRECT_CALL, STACK_UNKNOWN_FUNCTION, STACK_DYNAMIC for anything
   *   reachable that has no bound
   */
  of(entry: string): StackBound {
    const { bytes, chain } = this.depth(entry, []);
    return { entry: this.nameOf(entry), bytes, chain };
  }

  private depth(key: string, path: readonly string[]): Depth {
    const ready = this.done.get(key);
    if (ready !== undefined) return ready;
    if (path.includes(key)) {
      const cycle = [...path.slice(path.indexOf(key)), key].map((k) => this.nameOf(k));
      throw this.error('STACK_RECURSION', `${this.nameOf(key)} calls itself: ${cycle.join(' → ')}`, key, path);
    }
    const node = this.graph.get(key);
    const known = Object.hasOwn(this.known, key) ? this.known[key] : null;
    if (node === undefined || node.frameBytes === null) {
      if (known === null) {
        throw this.error('STACK_UNKNOWN_FUNCTION', `the frame of ${this.nameOf(key)} is not known`, key, path);
      }
      return this.keep(key, { bytes: known.bytes, chain: [{ symbol: key, bytes: known.bytes }] });
    }
    if (node.callsIndirectly) {
      throw this.error('STACK_INDIRECT_CALL', `${node.name} calls through a pointer`, key, path);
    }
    if (node.dynamic) {
      throw this.error('STACK_DYNAMIC', `${node.name} takes stack by an amount decided at run time`, key, path);
    }
    let deepest: Depth = { bytes: 0, chain: [] };
    for (const callee of [...node.callees].sort()) {
      const below = this.depth(callee, [...path, key]);
      if (below.bytes > deepest.bytes || deepest.chain.length === 0) deepest = below;
    }
    const frame = { symbol: node.name, bytes: node.frameBytes };
    return this.keep(key, { bytes: frame.bytes + deepest.bytes, chain: [frame, ...deepest.chain] });
  }

  private keep(key: string, depth: Depth): Depth {
    this.done.set(key, depth);
    return depth;
  }

  private nameOf(key: string): string {
    return this.graph.get(key)?.name ?? key;
  }

  private error(code: string, why: string, key: string, path: readonly string[]): ToolError {
    const chain = [...path, key].map((k) => this.nameOf(k));
    return new ToolError(code, `No stack bound: ${why} (reached by ${chain.join(' → ')}).`, {
      context: { function: this.nameOf(key), chain },
    });
  }
}
