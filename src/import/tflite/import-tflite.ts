import { isToolError, ToolError } from '../../errors/tool-error.js';
import type { QuantizedGraph } from '../../ir/graph.js';
import type { Rounding } from '../../ir/requantize.js';
import { validateGraph } from '../../ir/validate-graph.js';
import { sha256Hex } from '../../util/digest.js';
import { adviceFor } from './advice.js';
import { indicesAsBytes } from './convert-arg-max.js';
import { CONVERTERS } from './converters.js';
import { closeOutputs, openInputs } from './edges.js';
import { invalid } from './errors.js';
import { GraphMaker } from './graph-maker.js';
import { int8Part, type Int8Part } from './int8-part.js';
import { readTflite, type TfliteModel, type TfliteOperator } from './read-model.js';

export interface ImportOptions {
  /** C identifier in snake_case. */
  readonly name: string;
  readonly toolVersion: string;
  readonly rounding: Rounding;
}

/**
 * An int8 .tflite model as a quantized graph that computes the same bytes as TFLite Micro (with `rounding: tflite`).
 * Float edges (QUANTIZE in front, DEQUANTIZE behind) are taken off: the graph begins and ends in int8. Several inputs are
 * one vector, several outputs too, in the file's order. Throws
 * IMPORT_TFLITE_INVALID, IMPORT_TFLITE_UNSUPPORTED, IMPORT_TFLITE_UNSUPPORTED_OP (with every such op) and GRAPH_INVALID.
 */
export function importTflite(file: Uint8Array, options: ImportOptions): QuantizedGraph {
  const model = indicesAsBytes(readTflite(file));
  const part = int8Part(model);
  const graph = new GraphMaker(model, options.rounding);
  const input = openInputs(graph, part.inputs);
  convertAll(model, part, graph);
  const output = closeOutputs(graph, part.outputs);
  return validateGraph({
    schemaVersion: 1,
    stage: 'quantized',
    name: options.name,
    classNames: [],
    tensors: graph.finish(output),
    ops: graph.ops,
    input,
    output,
    task: { kind: 'values' },
    ...(options.rounding === 'tflite' ? {} : { rounding: options.rounding }),
    provenance: { toolVersion: options.toolVersion, seed: null, inputs: { tflite: sha256Hex(file) } },
  });
}

interface Problem {
  readonly operator: string;
  readonly layer: string;
  readonly why: string;
}

/** Converts every operator, or refuses all that have no counterpart in one error. */
function convertAll(model: TfliteModel, { operators }: Int8Part, graph: GraphMaker): void {
  const problems: Problem[] = [];
  for (const operator of operators) {
    const why = convert(operator, graph);
    if (why === null) continue;
    const layer = model.tensors[operator.outputs[0]]?.name ?? `operator ${operator.index}`;
    problems.push({ operator: operator.code, layer, why });
    // What reads it is looked at all the same.
    for (const index of operator.outputs) graph.assume(index);
  }
  if (problems.length === 0) return;
  const list = problems.map(({ operator, layer, why }) => `${operator} ('${layer}'): ${why}`).join('; ');
  throw new ToolError(
    'IMPORT_TFLITE_UNSUPPORTED_OP',
    `${problems.length === 1 ? 'This operator has' : `These ${problems.length} operators have`} no counterpart: ${list}.`,
    {
      context: {
        operators: problems.map(({ operator }) => operator),
        layers: problems.map(({ layer }) => layer),
        known: Object.keys(CONVERTERS).sort(),
      },
    },
  );
}

/** Null, or why the operator cannot be had. */
function convert(operator: TfliteOperator, graph: GraphMaker): string | null {
  const converter = CONVERTERS[operator.code];
  if (converter === undefined) return adviceFor(operator.code);
  if (operator.outputs.length === 0) throw invalid(`operator ${operator.index} (${operator.code}) has no output`);
  try {
    const converted = converter(operator, graph);
    const ops = Array.isArray(converted) ? converted : [converted];
    if (ops.length !== operator.outputs.length) {
      throw invalid(`operator ${operator.index} (${operator.code}) has ${operator.outputs.length} outputs`);
    }
    operator.outputs.forEach((index, k) => graph.add(index, ops[k]));
    return null;
  } catch (error) {
    if (!isToolError(error) || error.code !== 'IMPORT_TFLITE_UNSUPPORTED') throw error;
    return String(error.context['why'] ?? error.message);
  }
}
