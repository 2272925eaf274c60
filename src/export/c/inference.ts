import { opInputs } from '../../ir/graph.js';
import { kernelFunctions, type PlacedCall } from './kernel-functions.js';
import { ARENA_INT16 } from './ops/width.js';
import { arenaAt, banner, placement, type CModel } from './model.js';
import { headersOf } from './ops/lowered-op.js';

/** `<name>.c`: each kernel at each of its shapes as a function, then the int8 network as a list of calls. */
export function emitInference(model: CModel): string {
  const { graph, ops, prefix, macro } = model;
  const calls = placedCalls(model);
  const { definitions, callLines } = kernelFunctions(calls);
  const headers = [...new Set(ops.filter((_, k) => calls.some((c) => c.opIndex === k)).flatMap(headersOf))].sort();
  const body = ops.flatMap((op, index) => [
    ...(index === 0 ? [] : ['']),
    `  if (op_count < ${index + 1}) return;`,
    `  /* ${index}. ${op.comment} */`,
    ...calls.filter((c) => c.opIndex === index).flatMap((call) => callLines(call).map((line) => `  ${line}`)),
  ]);
  return [
    banner(model, `Inference of "${graph.name}": ${ops.length} ops, ${model.plan.macs} multiply-accumulates.`),
    `#include "${prefix}.h"`,
    '',
    '#include <stddef.h>',
    '',
    `#include "${prefix}_data.h"`,
    '#include "grapes/core/grapes_flash.h"',
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
  return model.ops.flatMap((op, opIndex) => {
    const { output } = model.graph.ops[opIndex];
    const inputs = opInputs(model.graph.ops[opIndex]).map(at);
    const scratch = model.plan.scratch.find((s) => s.opIndex === opIndex);
    const operands = { input: inputs[0], inputs, output: at(output), scratch: arenaAt(scratch?.offset ?? 0) };
    return op.calls(operands).map((call): PlacedCall => ({ ...call, opIndex, opName: model.graph.ops[opIndex].name }));
  });
}
