import type { KernelArgument, KernelCall } from './ops/lowered-op.js';

export interface PlacedCall extends KernelCall {
  readonly opIndex: number;
  readonly opName: string;
}

const LINE = 116;

/** All calls of one kernel at one shape, and the function they share. */
interface Shared {
  readonly name: string;
  readonly calls: PlacedCall[];
  /** By argument: is it a parameter of the function, or fixed inside? */
  readonly parameter: boolean[];
}

/** The shared functions' definitions in order of first use, and each call as C lines. */
export function kernelFunctions(calls: readonly PlacedCall[]): {
  readonly definitions: readonly (readonly string[])[];
  readonly callLines: (call: PlacedCall) => readonly string[];
} {
  const groups = new Map<string, Shared>();
  const names = new Set<string>();
  for (const call of calls) {
    const key = keyOf(call);
    const group = groups.get(key);
    if (group !== undefined) {
      group.calls.push(call);
      continue;
    }
    let name = call.title;
    for (let n = 2; names.has(name); n++) name = `${call.title}_${n}`;
    names.add(name);
    groups.set(key, { name, calls: [call], parameter: [] });
  }
  for (const group of groups.values()) {
    group.calls[0].arguments.forEach(({ kind, value }, k) => {
      const differs = group.calls.some((c) => c.arguments[k].value !== value);
      group.parameter.push(kind === 'pointer' || differs);
    });
  }
  return {
    definitions: [...groups.values()].map(define),
    callLines: (call) => {
      const group = groups.get(keyOf(call))!;
      const given = call.arguments.filter((_, k) => group.parameter[k]).map(({ value }) => value);
      return wrap(`${group.name}(`, given, ');', '    ');
    },
  };
}

/** A kernel's call where no function is shared: every argument that is not an address has its name. */
export function kernelCallLines({ kernel, arguments: all }: KernelCall): string[] {
  return commented(
    `${kernel}(`,
    all.map((a) => a.value),
    all,
    all.map((a) => a.kind === 'pointer'),
  );
}

function keyOf({ kernel, arguments: all }: KernelCall): string {
  return [kernel, ...all.filter((a) => a.kind === 'shape').map((a) => `${a.name} ${a.value}`)].join(' ');
}

function define({ name, calls, parameter }: Shared): string[] {
  const [{ kernel, arguments: all }] = calls;
  const users = [...new Set(calls.map((c) => c.opName))].join(', ');
  const declared = ({ type, name: variable }: KernelArgument): string =>
    type.endsWith('*') ? `${type}${variable}` : `${type} ${variable}`;
  const inside = all.map((a, k) =>
    parameter[k] ? a.name : a.kind === 'number' || a.kind === 'shape' ? `${a.value}` : a.value,
  );
  return [
    `/* ${users} */`,
    ...wrap(`static GRAPES_NOINLINE void ${name}(`, all.filter((_, k) => parameter[k]).map(declared), ') {', '    '),
    ...commented(`${kernel}(`, inside, all, parameter),
    '}',
  ];
}

/** The kernel's arguments, those that are fixed with their names: the counterpart of named arguments. */
function commented(
  head: string,
  values: readonly string[],
  all: readonly KernelArgument[],
  parameter: readonly boolean[],
): string[] {
  const items = values.map((value, k) => (parameter[k] ? value : `/*${all[k].name}*/ ${value}`));
  return wrap(`  ${head}`, items, ');', '      ');
}

/** `head item, item, … tail`, broken before the line's end. */
function wrap(head: string, items: readonly string[], tail: string, indent: string): string[] {
  const lines: string[] = [];
  let line = head;
  items.forEach((item, k) => {
    const text = k === items.length - 1 ? `${item}${tail}` : `${item},`;
    const spaced = line === head || line === indent ? text : ` ${text}`;
    if (line.length + spaced.length > LINE && line !== indent) {
      lines.push(line);
      line = `${indent}${text}`;
    } else {
      line += spaced;
    }
  });
  return [...lines, line];
}
