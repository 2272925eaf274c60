import { arenaAt, banner, placement, type CModel } from './model.js';

/** `<name>.c`: the int8 network as a list of kernel calls. */
export function emitInference(model: CModel): string {
  const { graph, ops, prefix, macro } = model;
  const headers = [...new Set(ops.map((op) => op.kernelHeader))].sort();
  const body = ops.flatMap((op, index) => {
    const { input, output } = graph.ops[index];
    const scratch = model.plan.scratch.find((s) => s.opIndex === index);
    const call = op.call({
      input: arenaAt(placement(model, input).offset),
      output: arenaAt(placement(model, output).offset),
      scratch: arenaAt(scratch?.offset ?? 0),
    });
    return [
      ...(index === 0 ? [] : ['']),
      `  if (op_count < ${index + 1}) return;`,
      `  /* ${index}. ${op.comment} */`,
      ...call.map((line) => `  ${line}`),
    ];
  });
  return [
    banner(model, `Inference of "${graph.name}": ${ops.length} ops, ${model.plan.macs} multiply-accumulates.`),
    `#include "${prefix}.h"`,
    '',
    `#include "${prefix}_data.h"`,
    ...headers.map((h) => `#include "grapes/${h}"`),
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
