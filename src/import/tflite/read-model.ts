import { CheckedBuffer, Table } from './checked-buffer.js';
import { invalid, unsupported } from './errors.js';
import type { Dilation } from './fold-dilations.js';
import {
  BUFFER,
  FILE_IDENTIFIER,
  MODEL,
  OPERATOR,
  OPERATOR_CODE,
  OPERATORS,
  QUANTIZATION,
  SCHEMA_VERSION,
  SUBGRAPH,
  TENSOR,
  TYPES,
  type TfliteType,
} from './schema.js';

export interface TfliteQuantization {
  readonly scale: readonly number[];
  readonly zeroPoint: readonly number[];
  readonly axis: number;
}

/** A tensor as the file holds it, batch axis included. */
export interface TfliteTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly type: TfliteType;
  readonly quantization: TfliteQuantization | null;
  /** Bytes of a constant, little-endian; null where the tensor is filled at run time. */
  readonly data: Uint8Array | null;
}

export interface TfliteOperator {
  readonly index: number;
  /** The builtin operator's name, or `CUSTOM name`. */
  readonly code: string;
  /** Tensor indices; -1 for an absent optional input. */
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  readonly options: Table | null;
  /** Of a convolution whose dilation the file writes as moves around it. */
  readonly dilated?: Dilation;
}

export interface TfliteModel {
  readonly tensors: readonly TfliteTensor[];
  readonly operators: readonly TfliteOperator[];
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
}

/** Elements that a tensor may have: far more than a microcontroller holds, few enough for any host. */
const MOST_ELEMENTS = 2 ** 26;

/**
 * Reads a .tflite file's structure. Everything is checked against the file's length: damaged and hostile files throw
 * IMPORT_TFLITE_INVALID, sound ones beyond our reach IMPORT_TFLITE_UNSUPPORTED.
 */
export function readTflite(file: Uint8Array): TfliteModel {
  const identifier = String.fromCharCode(...file.subarray(4, 8));
  if (identifier !== FILE_IDENTIFIER) {
    throw invalid(`its bytes 4 to 7 are not '${FILE_IDENTIFIER}'`, { bytes: file.length });
  }
  const model = Table.root(new CheckedBuffer(file));
  const version = model.uint32(MODEL.version);
  if (version !== SCHEMA_VERSION) throw unsupported(`its schema version is ${version}, not ${SCHEMA_VERSION}`);
  const subgraphs = model.tables(MODEL.subgraphs);
  if (subgraphs.length !== 1) {
    throw unsupported(
      `it has ${subgraphs.length} subgraphs, not one: others run under IF, WHILE or CALL_ONCE, as for the state of a streaming model; export the model without them`,
    );
  }
  const [subgraph] = subgraphs;
  const codes = model.tables(MODEL.operatorCodes).map(operatorName);
  const buffers = model.tables(MODEL.buffers);
  const tensors = subgraph.tables(SUBGRAPH.tensors).map((t, k) => readTensor(t, k, buffers));
  const within = (ids: readonly number[], lowest: number, of: string): readonly number[] => {
    const outside = ids.find((id) => id < lowest || id >= tensors.length);
    if (outside !== undefined) throw invalid(`${of} names tensor ${outside} of ${tensors.length}`);
    return ids;
  };
  const operators = subgraph.tables(SUBGRAPH.operators).map((operator, index): TfliteOperator => {
    const code = codes[operator.uint32(OPERATOR.opcodeIndex)];
    if (code === undefined) throw invalid(`operator ${index} is of an unlisted kind`);
    return {
      index,
      code,
      inputs: within(operator.int32s(OPERATOR.inputs) ?? [], -1, `operator ${index}`),
      outputs: within(operator.int32s(OPERATOR.outputs) ?? [], 0, `operator ${index}`),
      options: operator.table(OPERATOR.options),
    };
  });
  return {
    tensors,
    operators,
    inputs: within(subgraph.int32s(SUBGRAPH.inputs) ?? [], 0, 'the list of inputs'),
    outputs: within(subgraph.int32s(SUBGRAPH.outputs) ?? [], 0, 'the list of outputs'),
  };
}

/** Old files keep the code in a byte, new ones in an int32; the larger of both holds. */
function operatorName(code: Table): string {
  const builtin = Math.max(code.int8(OPERATOR_CODE.deprecatedBuiltinCode), code.int32(OPERATOR_CODE.builtinCode));
  if (builtin === 32) return `CUSTOM ${code.string(OPERATOR_CODE.customCode)}`;
  return OPERATORS[builtin] ?? `operator ${builtin}`;
}

function readTensor(tensor: Table, index: number, buffers: readonly Table[]): TfliteTensor {
  const name = tensor.string(TENSOR.name) || `tensor_${index}`;
  const shape = tensor.int32s(TENSOR.shape) ?? [];
  const type = TYPES[tensor.int8(TENSOR.type)];
  if (type === undefined) throw unsupported(`tensor '${name}' has the unknown type ${tensor.int8(TENSOR.type)}`);
  if (tensor.has(TENSOR.sparsity)) throw unsupported(`tensor '${name}' is stored sparsely`, { tensor: name });
  // The batch may be left open, since one sample is run at a time; nothing else may.
  const signature = tensor.int32s(TENSOR.shapeSignature) ?? [];
  if (shape.some((d) => d < 0) || signature.slice(1).some((d) => d < 0)) {
    const shown = (signature.length > 0 ? signature : shape).join(', ');
    throw unsupported(`tensor '${name}' has the dynamic shape [${shown}]; convert the model with a fixed input shape`, {
      tensor: name,
    });
  }
  if (shape.reduce((n, d) => n * d, 1) > MOST_ELEMENTS) {
    throw unsupported(`tensor '${name}' of shape [${shape.join(', ')}] has more than ${MOST_ELEMENTS} elements`);
  }
  const bufferIndex = tensor.uint32(TENSOR.buffer);
  if (bufferIndex >= buffers.length)
    throw invalid(`tensor '${name}' lies in buffer ${bufferIndex} of ${buffers.length}`);
  const data = bufferIndex === 0 ? null : buffers[bufferIndex].bytes(BUFFER.data);
  return {
    name,
    shape,
    type,
    quantization: readQuantization(tensor.table(TENSOR.quantization)),
    data: data === null || data.length === 0 ? null : data,
  };
}

function readQuantization(table: Table | null): TfliteQuantization | null {
  const scale = table?.float32s(QUANTIZATION.scale) ?? [];
  if (table === null || scale.length === 0) return null;
  const zeroPoint = table.int64s(QUANTIZATION.zeroPoint) ?? scale.map(() => 0);
  return { scale, zeroPoint, axis: table.int32(QUANTIZATION.quantizedDimension) };
}
