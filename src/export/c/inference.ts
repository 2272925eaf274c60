import { opInputs } from '../../ir/graph.js';
import { kernelFunctions, type PlacedCall } from './kernel-functions.js';
import { ARENA_INT16 } from './ops/width.js';
import { arenaAt, banner, placement, type CModel } from './model.js';
import { headersOf } from './ops/lowered-op.js';
import { emitBlock, ROWS_HEADER } from './streamed-block.js';

/** `<name>.c`: each kernel at each of its shapes as a function, then the int8 network as a list of calls. */
export function emitInference(model: CModel): string {
  const { graph, ops, prefix, macro } = model;
  const blocks = model.plan.blocks.map((block) => emitBlock(model, block));
  const calls = placedCalls(model);
  const { definitions, callLines } = kernelFunctions(calls);
  const headers = [
    ...new Set(
      ops
        .filter((_, k) => calls.some((c) => c.opIndex === k) || blocks.some((b) => b.firstOp <= k && k <= b.lastOp))
        .flatMap(headersOf),
    ),
  ].sort();
  const body = ops.flatMap((op, index) => {
    const block = blocks.find((b) => b.firstOp <= index && index <= b.lastOp);
    if (block !== undefined && index > block.firstOp) return [];
    const last = block?.lastOp ?? index;
    const placed = calls.filter((c) => c.opIndex === index).flatMap((call) => callLines(call));
    return [
      ...(index === 0 ? [] : ['']),
      `  if (op_count < ${last + 1}) return;`,
      `  /* ${block === undefined ? `${index}. ${op.comment}` : `${index} to ${last}, by turns`} */`,
      ...(block === undefined ? placed : [`${block.name}(arena);`]).map((line) => `  ${line}`),
    ];
  });
  return [
    banner(model, `Inference of "${graph.name}": ${ops.length} ops, ${model.plan.macs} multiply-accumulates.`),
    `#include "${prefix}.h"`,
    '',
    '#include <stddef.h>',
    '',
    `#include "${prefix}_data.h"`,
    '#include "grapes/core/grapes_flash.h"',
    ...(blocks.length === 0 ? [] : [`#include "grapes/${ROWS_HEADER}"`]),
    ...headers.map((h) => `#include "grapes/${h}"`),
    '',
    ...(callsWide(calls)
      ? [
          '/* The tensors of int16 lie in the arena too, at multiples of four. */',
          `#define ${ARENA_INT16}(place) ((int16_t *)(void *)(place))`,
          '',
        ]
      : []),
    '/* ---- each kernel at each of its shapes: layers of one shape share a function ---- */',
    '',
    ...definitions.flatMap((lines) => [...lines, '']),
    ...(blocks.length === 0 ? [] : ['/* ---- layers that take turns ---- */', '']),
    ...blocks.flatMap((block) => block.definitions.flatMap((lines) => [...lines, ''])),
    '/* ---- the network ---- */',
    '',
    `void ${prefix}_infer_ops(int8_t *arena, uint16_t op_count) {`,
    ...body,
    '}',
    '',
    `void ${prefix}_infer(int8_t arena[${macro}_ARENA_BYTES]) {`,
    `  ${prefix}_infer_ops(arena, ${macro}_OP_COUNT);`,
    '}',
    '',
  ].join('\n');
}

function callsWide(calls: readonly PlacedCall[]): boolean {
  return calls.some((call) => call.arguments.some(({ value }) => value.startsWith(`${ARENA_INT16}(`)));
}

function placedCalls(model: CModel): PlacedCall[] {
  const at = (tensor: number): string => arenaAt(placement(model, tensor).offset);
  const streamed = (opIndex: number): boolean =>
    model.plan.blocks.some((b) => b.firstOp <= opIndex && opIndex <= b.lastOp);
  return model.ops.flatMap((op, opIndex) => {
    if (streamed(opIndex)) return [];
    const { output } = model.graph.ops[opIndex];
    const reads = opInputs(model.graph.ops[opIndex]);
    const inputs = reads.map(at);
    const start = placement(model, output).offset;
    const distances = reads.map((id) => placement(model, id).offset - start);
    const scratch = model.plan.scratch.find((s) => s.opIndex === opIndex);
    const place = { input: inputs[0], inputs, output: at(output), distances };
    const operands = { ...place, scratch: arenaAt(scratch?.offset ?? 0) };
    return op.calls(operands).map((call): PlacedCall => ({ ...call, opIndex, opName: model.graph.ops[opIndex].name }));
  });
}
