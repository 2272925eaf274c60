import type { CConstant, CElement } from './constant.js';

const LINE = 116;

/** A C literal of an int32: the most negative one cannot be written as a plain number. */
export function int32Literal(value: number): string {
  return value === -2147483648 ? '(-2147483647 - 1)' : String(value);
}

/**
 * The shortest decimal that every correctly rounding compiler reads as this float32. A decimal that a double cannot
 * tell from the middle of two floats is passed over: there, reading it in one step or two could differ.
 */
export function floatLiteral(value: number): string {
  for (let digits = 1; digits < 9; digits++) {
    const text = value.toPrecision(digits);
    const read = Number(text);
    if ([read * (1 - 2 ** -52), read, read * (1 + 2 ** -52)].every((v) => Math.fround(v) === value)) return real(text);
  }
  return real(value.toPrecision(9));
}

/** A C constant of type float: with a point or an exponent, and the suffix. */
function real(text: string): string {
  return `${/[.e]/.test(text) ? text : `${text}.0`}f`;
}

function literal(element: CElement, value: number): string {
  if (element === 'float') return floatLiteral(value);
  return element === 'int32_t' ? int32Literal(value) : String(value);
}

/** Text that cannot end a comment or hide in it. */
export function commentText(text: string): string {
  return text
    .replaceAll('*/', '* /')
    .replaceAll('/*', '/ *')
    .replace(/[^\x20-\x7e]/g, '?');
}

/** `prefix_name[]` with its values, wrapped. */
export function constantDefinition(prefix: string, constant: CConstant): string {
  const { element, name, values, wordAligned, comment } = constant;
  const lines: string[] = [];
  let line = ' ';
  for (let i = 0; i < values.length; i++) {
    const item = ` ${literal(element, values[i])},`;
    if (line.length + item.length > LINE) {
      lines.push(line);
      line = ' ';
    }
    line += item;
  }
  lines.push(line);
  const align = wordAligned ? 'GRAPES_WORD_ALIGNED ' : '';
  return [
    `/* ${commentText(comment)} */`,
    `${align}const ${element} ${prefix}_${name}[${values.length}] GRAPES_FLASH = {`,
    ...lines,
    '};',
  ].join('\n');
}

export function constantDeclaration(prefix: string, constant: CConstant): string {
  const align = constant.wordAligned ? 'GRAPES_WORD_ALIGNED ' : '';
  return `extern ${align}const ${constant.element} ${prefix}_${constant.name}[${constant.values.length}];`;
}

/** A call with one commented argument a line: the generated code's counterpart of named arguments. */
export function callLines(callee: string, args: readonly (readonly [value: string, meaning: string])[]): string[] {
  const width = Math.max(...args.map(([value]) => value.length)) + 1;
  return [
    `${callee}(`,
    ...args.map(([value, meaning], i) => {
      const text = value + (i === args.length - 1 ? ');' : ',');
      return `    ${text.padEnd(width + 1)} /* ${meaning} */`;
    }),
  ];
}
