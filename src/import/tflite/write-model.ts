import { Builder } from 'flatbuffers';
import type { TfliteQuantization } from './read-model.js';
import {
  BUFFER,
  FILE_IDENTIFIER,
  MODEL,
  OPERATOR,
  OPERATOR_CODE,
  OPERATORS,
  OPTIONS,
  QUANTIZATION,
  SCHEMA_VERSION,
  SUBGRAPH,
  TENSOR,
  TYPES,
  type OptionsType,
  type TfliteType,
} from './schema.js';

/** A tensor to write, batch axis included. */
export interface NewTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly type: TfliteType;
  readonly quantization: TfliteQuantization | null;
  /** Bytes of a constant, little-endian; null where the tensor is filled at run time. */
  readonly data: Uint8Array | null;
  /** A state that the interpreter keeps between calls. */
  readonly isVariable?: true;
}

/** A field of an operator's options, by its id in the schema. */
export interface NewOption {
  readonly id: number;
  readonly kind: 'int8' | 'int32' | 'float32';
  readonly value: number;
}

export interface NewOperator {
  /** Name of a builtin operator. */
  readonly code: string;
  /** Tensor indices; -1 for an absent optional input. */
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  /** Which table of options, and its fields in ascending order of their ids; null where the operator needs none. */
  readonly options: { readonly type: OptionsType; readonly fields: readonly NewOption[] } | null;
}

export interface NewModel {
  readonly description: string;
  readonly name: string;
  readonly tensors: readonly NewTensor[];
  readonly operators: readonly NewOperator[];
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
}

/** Constants begin at multiples of it, as TFLite's kernels expect. */
const DATA_ALIGNMENT = 16;

/**
 * Versions from which on TFLite's operators take int8; an interpreter refuses what is newer than it knows, so each is the
 * smallest that will do. Those that are not named have version 1.
 */
const INT8_VERSIONS: Readonly<Record<string, number>> = {
  CONV_2D: 3,
  DEPTHWISE_CONV_2D: 3,
  FULLY_CONNECTED: 4,
  ADD: 2,
  SUB: 2,
  MUL: 2,
  AVERAGE_POOL_2D: 2,
  MAX_POOL_2D: 2,
  MEAN: 2,
  CONCATENATION: 2,
  PAD: 2,
  SOFTMAX: 2,
  LOGISTIC: 2,
  TANH: 2,
  RELU: 2,
  RELU6: 2,
  LEAKY_RELU: 2,
  MAXIMUM: 2,
  MINIMUM: 2,
  QUANTIZE: 2,
  TRANSPOSE_CONV: 3,
  SUM: 2,
  PADV2: 2,
  GATHER: 2,
  PACK: 2,
  REDUCE_MIN: 2,
  RESIZE_BILINEAR: 3,
  BATCH_MATMUL: 2,
  SQUARED_DIFFERENCE: 2,
  L2_NORMALIZATION: 2,
  RSQRT: 2,
  UNIDIRECTIONAL_SEQUENCE_LSTM: 2,
  TRANSPOSE: 2,
  STRIDED_SLICE: 2,
};

/** Versions from which on they take int4 weights. */
const INT4_VERSIONS: Readonly<Record<string, number>> = { CONV_2D: 7, DEPTHWISE_CONV_2D: 7, FULLY_CONNECTED: 10 };

/** Versions from which on they take int16 activations; the others that int16 networks use are of their int8 version or below. */
const INT16_VERSIONS: Readonly<Record<string, number>> = {
  CONV_2D: 4,
  DEPTHWISE_CONV_2D: 5,
  FULLY_CONNECTED: 7,
  ADD: 3,
  SUB: 5,
  MUL: 4,
  AVERAGE_POOL_2D: 3,
  MAX_POOL_2D: 3,
  MEAN: 3,
  CONCATENATION: 3,
  PAD: 3,
  SOFTMAX: 3,
  LOGISTIC: 3,
  TANH: 3,
  RELU: 3,
  RELU6: 3,
  MAXIMUM: 4,
  MINIMUM: 4,
};

/** The version of all operators of a kind: one that the most demanding of them needs. */
function versionOf(code: string, { operators, tensors }: NewModel): number {
  if (!tensors.some(({ type }) => type === 'int8' || type === 'int16')) return 1;
  const reads = (type: TfliteType): boolean =>
    operators.some((o) => o.code === code && o.inputs.some((id) => tensors[id]?.type === type));
  const wide = reads('int16') ? INT16_VERSIONS[code] : undefined;
  const narrow = reads('int4') ? INT4_VERSIONS[code] : undefined;
  return Math.max(1, INT8_VERSIONS[code] ?? 1, wide ?? 1, narrow ?? 1);
}

/** The bytes of a .tflite file. Same model, same bytes. */
export function writeTflite(model: NewModel): Uint8Array {
  const builder = new Builder(1024);
  const codes = [...new Set(model.operators.map(({ code }) => code))];
  const constants = model.tensors.filter(({ data }) => data !== null);
  // Buffer 0 is empty by convention: the buffer of every tensor that is filled at run time.
  const buffers = [null, ...constants.map(({ data }) => data)].map((data) => writeBuffer(builder, data));
  const tensors = model.tensors.map((tensor) =>
    writeTensor(builder, tensor, tensor.data === null ? 0 : constants.indexOf(tensor) + 1),
  );
  const operators = model.operators.map((operator) => writeOperator(builder, operator, codes.indexOf(operator.code)));
  const subgraph = table(builder, 5, [
    [SUBGRAPH.tensors, offsetVector(builder, tensors)],
    [SUBGRAPH.inputs, int32Vector(builder, model.inputs)],
    [SUBGRAPH.outputs, int32Vector(builder, model.outputs)],
    [SUBGRAPH.operators, offsetVector(builder, operators)],
    [SUBGRAPH.name, builder.createString(model.name)],
  ]);
  const root = table(
    builder,
    5,
    [
      [
        MODEL.operatorCodes,
        offsetVector(
          builder,
          codes.map((code) => writeCode(builder, code, versionOf(code, model))),
        ),
      ],
      [MODEL.subgraphs, offsetVector(builder, [subgraph])],
      [MODEL.description, builder.createString(model.description)],
      [MODEL.buffers, offsetVector(builder, buffers)],
    ],
    () => builder.addFieldInt32(MODEL.version, SCHEMA_VERSION, 0),
  );
  builder.finish(root, FILE_IDENTIFIER);
  return builder.asUint8Array().slice();
}

/** A table of offsets, and of what `inline` adds. */
function table(
  builder: Builder,
  fields: number,
  offsets: readonly (readonly [number, number])[],
  inline: () => void = () => undefined,
): number {
  builder.startObject(fields);
  for (const [id, offset] of offsets) builder.addFieldOffset(id, offset, 0);
  inline();
  return builder.endObject();
}

function offsetVector(builder: Builder, offsets: readonly number[]): number {
  builder.startVector(4, offsets.length, 4);
  for (let k = offsets.length - 1; k >= 0; k--) builder.addOffset(offsets[k]);
  return builder.endVector();
}

function int32Vector(builder: Builder, values: readonly number[]): number {
  builder.startVector(4, values.length, 4);
  for (let k = values.length - 1; k >= 0; k--) builder.addInt32(values[k]);
  return builder.endVector();
}

function writeBuffer(builder: Builder, data: Uint8Array | null): number {
  if (data === null) return table(builder, 1, []);
  builder.startVector(1, data.length, DATA_ALIGNMENT);
  for (let k = data.length - 1; k >= 0; k--) builder.addInt8(data[k]);
  return table(builder, 1, [[BUFFER.data, builder.endVector()]]);
}

function writeTensor(builder: Builder, tensor: NewTensor, buffer: number): number {
  const offsets = [
    [TENSOR.shape, int32Vector(builder, tensor.shape)],
    [TENSOR.name, builder.createString(tensor.name)],
    ...(tensor.quantization === null
      ? []
      : ([[TENSOR.quantization, writeQuantization(builder, tensor.quantization)]] as const)),
  ] as const;
  return table(builder, 8, offsets, () => {
    builder.addFieldInt32(TENSOR.buffer, buffer, 0);
    builder.addFieldInt8(TENSOR.type, TYPES.indexOf(tensor.type), 0);
    builder.addFieldInt8(TENSOR.isVariable, Number(tensor.isVariable ?? false), 0);
  });
}

function writeQuantization(builder: Builder, { scale, zeroPoint, axis }: TfliteQuantization): number {
  builder.startVector(4, scale.length, 4);
  for (let k = scale.length - 1; k >= 0; k--) builder.addFloat32(scale[k]);
  const scales = builder.endVector();
  builder.startVector(8, zeroPoint.length, 8);
  for (let k = zeroPoint.length - 1; k >= 0; k--) builder.addInt64(BigInt(zeroPoint[k]));
  const zeroPoints = builder.endVector();
  const offsets = [
    [QUANTIZATION.scale, scales],
    [QUANTIZATION.zeroPoint, zeroPoints],
  ] as const;
  return table(builder, 7, offsets, () => builder.addFieldInt32(QUANTIZATION.quantizedDimension, axis, 0));
}

function writeOperator(builder: Builder, { inputs, outputs, options }: NewOperator, code: number): number {
  const offsets: (readonly [number, number])[] = [
    [OPERATOR.inputs, int32Vector(builder, inputs)],
    [OPERATOR.outputs, int32Vector(builder, outputs)],
  ];
  if (options !== null) {
    const { fields } = options;
    builder.startObject(1 + Math.max(-1, ...fields.map(({ id }) => id)));
    for (const { id, kind, value } of fields) {
      if (kind === 'int8') builder.addFieldInt8(id, value, 0);
      else if (kind === 'int32') builder.addFieldInt32(id, value, 0);
      else builder.addFieldFloat32(id, value, 0);
    }
    offsets.push([OPERATOR.options, builder.endObject()]);
  }
  return table(builder, 5, offsets, () => {
    builder.addFieldInt32(OPERATOR.opcodeIndex, code, 0);
    if (options !== null) builder.addFieldInt8(OPERATOR.optionsType, OPTIONS[options.type], 0);
  });
}

/** Old readers look at the byte, new ones at the int32. */
function writeCode(builder: Builder, name: string, version: number): number {
  const builtin = Number(Object.keys(OPERATORS).find((code) => OPERATORS[Number(code)] === name));
  return table(builder, 4, [], () => {
    builder.addFieldInt8(OPERATOR_CODE.deprecatedBuiltinCode, Math.min(builtin, 127), 0);
    builder.addFieldInt32(OPERATOR_CODE.version, version, 1);
    builder.addFieldInt32(OPERATOR_CODE.builtinCode, builtin, 0);
  });
}
