/** One function of the program. */
export interface FunctionNode {
  /** As messages name it. */
  readonly name: string;
  /** Null for a function that is called here but defined elsewhere, or in assembly. */
  frameBytes: number | null;
  dynamic: boolean;
  callsIndirectly: boolean;
  readonly callees: Set<string>;
}

/** Functions by key: the symbol's name, or `unit:name` for one that is static to a unit. */
export type CallGraph = Map<string, FunctionNode>;

const INDIRECT = '__indirect_call';

function node(graph: CallGraph, key: string, name: string): FunctionNode {
  let found = graph.get(key);
  if (found === undefined) {
    found = { name, frameBytes: null, dynamic: false, callsIndirectly: false, callees: new Set() };
    graph.set(key, found);
  }
  return found;
}

/** Adds a call that the compiler's own graph does not show, such as one from inline assembly. */
export function addCall(graph: CallGraph, caller: string, callee: string): void {
  node(graph, caller, caller).callees.add(callee);
  node(graph, callee, callee);
}

/** Key of a function: gcc puts `file.c:` before the names of static ones, and two units may have files of one name. */
function keyOf(unit: string, title: string): { key: string; name: string } {
  const colon = title.lastIndexOf(':');
  if (colon < 0) return { key: title, name: title };
  const name = title.slice(colon + 1);
  return { key: `${unit}:${name}`, name };
}

const unescape = (text: string): string => text.replaceAll('\\n', '\n').replaceAll('\\"', '"');

/**
 * Adds what gcc wrote with -fcallgraph-info=su about one unit (a VCG graph): nodes whose label ends in
 * "N bytes (static|dynamic|dynamic,bounded)" are defined there, ellipses are only called.
 */
export function addCallGraphInfo(graph: CallGraph, unit: string, text: string): void {
  for (const [, title, label] of text.matchAll(/^node: \{ title: "([^"]+)" label: "((?:[^"\\]|\\.)*)"/gm)) {
    if (title === INDIRECT) continue;
    const { key, name } = keyOf(unit, title);
    const found = node(graph, key, name);
    const frame = /\n(\d+) bytes \(([a-z,]+)\)/.exec(unescape(label));
    if (frame === null) continue;
    // A weak default and the function that replaces it share the name: the larger frame is the safe one.
    found.frameBytes = Math.max(found.frameBytes ?? 0, Number(frame[1]));
    found.dynamic ||= frame[2] === 'dynamic';
  }
  for (const [, from, to] of text.matchAll(/^edge: \{ sourcename: "([^"]+)" targetname: "([^"]+)"/gm)) {
    const caller = keyOf(unit, from);
    const source = node(graph, caller.key, caller.name);
    if (to === INDIRECT) source.callsIndirectly = true;
    else source.callees.add(keyOf(unit, to).key);
  }
}
