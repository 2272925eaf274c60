import { opInputs } from '../../ir/graph.js';
import type { StreamedBlock } from '../../ir/memory-plan.js';
import {
  rowsOfTurn,
  scheduleBlock,
  type RowShape,
  type Schedule,
  type StreamedOp,
  type StreamedTensor,
} from '../plan/stream/schedule.js';
import { kernelCallLines } from './kernel-functions.js';
import { arenaAt, placement, type CModel } from './model.js';
import type { KernelArgument, KernelCall } from './ops/lowered-op.js';

export const ROWS_HEADER = 'core/grapes_rows.h';

/** A block of the plan as C functions: one that takes the turns, and one for each of its ops. */
export interface EmittedBlock extends StreamedBlock {
  /** `kws_ops_2_to_3` */
  readonly name: string;
  readonly definitions: readonly (readonly string[])[];
}

export function emitBlock(model: CModel, block: StreamedBlock): EmittedBlock {
  const { graph, prefix, ops } = model;
  const { firstOp, lastOp, rowsPerTurn, turns } = block;
  const schedule = scheduleBlock(graph, firstOp, lastOp, rowsPerTurn)!;
  const rows = (id: number): string => rowsName(model, block, id);
  const turnOf = (opIndex: number): string => `${ops[opIndex].symbol}_turn`;
  const name = `${prefix}_ops_${firstOp}_to_${lastOp}`;
  const to = graph.tensors[graph.ops[lastOp].output].shape.join('x');
  const atATime = rowsPerTurn === 1 ? 'one row' : `${rowsPerTurn} rows`;
  return {
    ...block,
    name,
    definitions: [
      [
        `/* Ops ${firstOp} to ${lastOp} make ${atATime} of ${to} a turn; of the tensors between them a few rows are there. */`,
        ...[...schedule.tensors.values()]
          .sort((a, b) => a.firstOp - b.firstOp)
          .flatMap((x) => defineRows(rows(x.tensorId), arenaAt(placement(model, x.tensorId).offset), x)),
      ],
      ...schedule.ops.map((op) => [
        `/* ${op.opIndex}. ${ops[op.opIndex].comment} */`,
        `static GRAPES_NOINLINE void ${turnOf(op.opIndex)}(int8_t *arena, int32_t turn) {`,
        ...turnLines(model, schedule, op, rows),
        '}',
      ]),
      [
        `static GRAPES_NOINLINE void ${name}(int8_t *arena) {`,
        `  for (int32_t turn = 0; turn < ${turns}; turn++) {`,
        ...schedule.ops.map(({ opIndex }) => `    ${turnOf(opIndex)}(arena, turn);`),
        '  }',
        '}',
      ],
    ],
  };
}

/** `add_1_rows`: after the op that makes the tensor; one that two blocks see is another in each. */
function rowsName({ graph, ops, plan }: CModel, block: StreamedBlock, id: number): string {
  const maker = graph.ops.findIndex((op) => op.output === id);
  const name = `${maker < 0 ? 'input' : ops[maker].symbol}_rows`;
  const madeInBlock = plan.blocks.some((b) => b !== block && b.firstOp <= maker && maker <= b.lastOp);
  return maker < block.firstOp && (madeInBlock || maker < 0) ? `${name}_of_${block.firstOp}` : name;
}

function defineRows(name: string, at: string, x: StreamedTensor): string[] {
  const pace = x.firstOp < 0 ? [0, x.height, 0] : [x.advance, x.ahead, x.behind];
  const numbers = [
    `/*row_bytes*/ ${x.rowBytes}`,
    `/*height*/ ${x.height}`,
    `/*whole*/ ${x.whole ? 1 : 0}`,
    `/*advance*/ ${pace[0]}`,
    `/*ahead*/ ${pace[1]}`,
    `/*behind*/ ${pace[2]}`,
  ];
  return [
    `GRAPES_INLINE grapes_rows ${name}(int8_t *arena) {`,
    `  const grapes_rows rows = {${at}, ${numbers.slice(0, 3).join(', ')},`,
    `                            ${numbers.slice(3).join(', ')}};`,
    '  return rows;',
    '}',
  ];
}

function turnLines(
  { graph, ops, plan }: CModel,
  { tensors, turns }: Schedule,
  { opIndex, window, shapes }: StreamedOp,
  rows: (id: number) => string,
): string[] {
  const op = graph.ops[opIndex];
  const to = tensors.get(op.output)!;
  const { reach, stride, pad } = window;
  // The further operand of an op without windows lies at the rows that it makes.
  const [, second] = opInputs(op);
  const operands = {
    input: 'part.input',
    inputs: ['part.input', 'grapes_rows_at(&second, turn, grapes_rows_made(&to, turn - 1))'],
    output: 'part.output',
    scratch: arenaAt(plan.scratch.find((s) => s.opIndex === opIndex)?.offset ?? 0),
  };
  const [call] = ops[opIndex].calls(operands);
  const streamed: KernelCall = {
    ...call,
    arguments: call.arguments.map((a) => heightArgument(a, shapes, to.rowBytes)),
  };
  const always = Array.from({ length: turns }, (_, turn) => rowsOfTurn(to, turn)).every(([first, end]) => first < end);
  return [
    `  const grapes_rows from = ${rows(op.input)}(arena), to = ${rows(op.output)}(arena);`,
    ...(second === undefined ? [] : [`  const grapes_rows second = ${rows(second)}(arena);`]),
    `  const grapes_rows_part part = grapes_rows_make(&from, &to, turn, /*reach*/ ${reach}, /*stride*/ ${stride}, /*pad*/ ${pad});`,
    ...(to.keeps && !to.whole ? ['  grapes_rows_drop(&to, turn);'] : []),
    ...(always ? [] : ['  if (part.out_height == 0) return;']),
    ...kernelCallLines(streamed),
  ];
}

const HEIGHTS: Readonly<Record<string, readonly [keyof RowShape, string]>> = {
  in_height: ['inHeight', 'part.in_height'],
  out_height: ['outHeight', 'part.out_height'],
  pad_top: ['padTop', 'part.pad_top'],
};

/** What differs from turn to turn is the part's; what does not stays a constant. */
function heightArgument(argument: KernelArgument, shapes: readonly RowShape[], rowBytes: number): KernelArgument {
  // A tensor's values are bytes.
  const isCount = argument.name === 'count';
  const [key, given] = isCount
    ? (['outHeight', `${rowBytes}u * part.out_height`] as const)
    : (HEIGHTS[argument.name] ?? []);
  if (key === undefined) return argument;
  const [{ [key]: rows }] = shapes;
  if (shapes.some((s) => s[key] !== rows)) return { ...argument, kind: 'pointer', value: given };
  return { ...argument, value: `${isCount ? rowBytes * rows : rows}` };
}
