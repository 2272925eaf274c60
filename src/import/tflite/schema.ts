/*
 * The part of the public TFLite schema (version 3) that is read and written: ids of fields and values of enumerations.
 * https://github.com/tensorflow/tensorflow/blob/master/tensorflow/compiler/mlir/lite/schema/schema.fbs
 */

/** The file identifier at byte 4. */
export const FILE_IDENTIFIER = 'TFL3';
export const SCHEMA_VERSION = 3;

export const MODEL = { version: 0, operatorCodes: 1, subgraphs: 2, description: 3, buffers: 4 } as const;
export const OPERATOR_CODE = { deprecatedBuiltinCode: 0, customCode: 1, version: 2, builtinCode: 3 } as const;
export const SUBGRAPH = { tensors: 0, inputs: 1, outputs: 2, operators: 3, name: 4 } as const;
export const TENSOR = {
  shape: 0,
  type: 1,
  buffer: 2,
  name: 3,
  quantization: 4,
  isVariable: 5,
  sparsity: 6,
  shapeSignature: 7,
} as const;
export const QUANTIZATION = { scale: 2, zeroPoint: 3, quantizedDimension: 6 } as const;
export const OPERATOR = { opcodeIndex: 0, inputs: 1, outputs: 2, optionsType: 3, options: 4 } as const;
export const BUFFER = { data: 0 } as const;

export const CONV_2D = {
  padding: 0,
  strideW: 1,
  strideH: 2,
  activation: 3,
  dilationW: 4,
  dilationH: 5,
  biasType: 6,
} as const;
export const DEPTHWISE = {
  padding: 0,
  strideW: 1,
  strideH: 2,
  multiplier: 3,
  activation: 4,
  dilationW: 5,
  dilationH: 6,
} as const;
export const TRANSPOSE_CONV = { padding: 0, strideW: 1, strideH: 2, activation: 3 } as const;
export const POOL_2D = { padding: 0, strideW: 1, strideH: 2, filterW: 3, filterH: 4, activation: 5 } as const;
export const FULLY_CONNECTED = { activation: 0, weightsFormat: 1, keepNumDims: 2, biasType: 4 } as const;
export const SOFTMAX = { beta: 0 } as const;
export const ARITHMETIC = { activation: 0 } as const;
export const CONCATENATION = { axis: 0, activation: 1 } as const;
export const REDUCER = { keepDims: 0 } as const;
export const LEAKY_RELU = { alpha: 0 } as const;
export const STRIDED_SLICE = { beginMask: 0, endMask: 1, ellipsisMask: 2, newAxisMask: 3, shrinkMask: 4 } as const;
export const SPLIT = { count: 0 } as const;
export const UNPACK = { count: 0, axis: 1 } as const;
export const RESIZE = { alignCorners: 0, halfPixelCenters: 1 } as const;
export const RESIZE_BILINEAR = { alignCorners: 2, halfPixelCenters: 3 } as const;
export const BATCH_MATMUL = { transposeA: 0, transposeB: 1 } as const;
export const LSTM = { activation: 0, cellClip: 1, timeMajor: 3 } as const;
/** Places of an LSTM's inputs; gates in the order input, forget, cell, output. */
export const LSTM_INPUTS = {
  input: 0,
  weights: [1, 2, 3, 4],
  recurrent: [5, 6, 7, 8],
  biases: [12, 13, 14, 15],
  hidden: 18,
  cell: 19,
  /** Peepholes, projection, coefficients of a normalization inside. */
  unused: [9, 10, 11, 16, 17, 20, 21, 22, 23],
} as const;
export const GATHER = { axis: 0, batchDims: 1 } as const;
export const PACK = { count: 0, axis: 1 } as const;
export const MIRROR_PAD = { mode: 0 } as const;
export const SPACE_DEPTH = { block: 0 } as const;

/** Which table an operator's options are: numbers of the schema's union. */
export const OPTIONS = {
  conv_2d: 1,
  depthwise_conv_2d: 2,
  pool_2d: 5,
  fully_connected: 8,
  softmax: 9,
  concatenation: 10,
  l2_normalization: 12,
  add: 11,
  reshape: 17,
  space_to_depth: 19,
  mul: 21,
  pad: 22,
  gather: 23,
  pad_v2: 43,
  transpose: 26,
  reducer: 27,
  sub: 28,
  squeeze: 30,
  strided_slice: 32,
  split: 35,
  maximum_minimum: 39,
  arg_max: 40,
  slice: 48,
  expand_dims: 52,
  transpose_conv: 49,
  shape: 55,
  pack: 59,
  resize_bilinear: 15,
  lstm: 71,
  resize_nearest: 74,
  leaky_relu: 75,
  squared_difference: 76,
  mirror_pad: 77,
  abs: 78,
  reverse_v2: 81,
  quantize: 89,
  hard_swish: 91,
  depth_to_space: 94,
  batch_matmul: 101,
  broadcast_to: 104,
} as const;
export type OptionsType = keyof typeof OPTIONS;

export const PADDING = ['same', 'valid'] as const;

/** Fused activations by their number. */
export const ACTIVATIONS = ['none', 'relu', 'relu_n1_to_1', 'relu6', 'tanh', 'sign_bit'] as const;
export type TfliteActivation = (typeof ACTIVATIONS)[number];

/** Element types by their number. */
export const TYPES = [
  'float32',
  'float16',
  'int32',
  'uint8',
  'int64',
  'string',
  'bool',
  'int16',
  'complex64',
  'int8',
  'float64',
  'complex128',
  'uint64',
  'resource',
  'variant',
  'uint32',
  'uint16',
  'int4',
] as const;
export type TfliteType = (typeof TYPES)[number];

/** Builtin operators that are imported, and common ones that are named in errors. */
export const OPERATORS: Readonly<Record<number, string>> = {
  0: 'ADD',
  1: 'AVERAGE_POOL_2D',
  2: 'CONCATENATION',
  3: 'CONV_2D',
  4: 'DEPTHWISE_CONV_2D',
  5: 'DEPTH_TO_SPACE',
  6: 'DEQUANTIZE',
  7: 'EMBEDDING_LOOKUP',
  8: 'FLOOR',
  9: 'FULLY_CONNECTED',
  11: 'L2_NORMALIZATION',
  12: 'L2_POOL_2D',
  13: 'LOCAL_RESPONSE_NORMALIZATION',
  14: 'LOGISTIC',
  16: 'LSTM',
  17: 'MAX_POOL_2D',
  18: 'MUL',
  19: 'RELU',
  20: 'RELU_N1_TO_1',
  21: 'RELU6',
  22: 'RESHAPE',
  23: 'RESIZE_BILINEAR',
  24: 'RNN',
  25: 'SOFTMAX',
  26: 'SPACE_TO_DEPTH',
  27: 'SVDF',
  28: 'TANH',
  32: 'CUSTOM',
  34: 'PAD',
  35: 'UNIDIRECTIONAL_SEQUENCE_RNN',
  36: 'GATHER',
  37: 'BATCH_TO_SPACE_ND',
  38: 'SPACE_TO_BATCH_ND',
  39: 'TRANSPOSE',
  40: 'MEAN',
  41: 'SUB',
  42: 'DIV',
  43: 'SQUEEZE',
  44: 'UNIDIRECTIONAL_SEQUENCE_LSTM',
  45: 'STRIDED_SLICE',
  47: 'EXP',
  49: 'SPLIT',
  50: 'LOG_SOFTMAX',
  53: 'CAST',
  59: 'NEG',
  54: 'PRELU',
  55: 'MAXIMUM',
  56: 'ARG_MAX',
  79: 'ARG_MIN',
  57: 'MINIMUM',
  60: 'PADV2',
  65: 'SLICE',
  67: 'TRANSPOSE_CONV',
  69: 'TILE',
  70: 'EXPAND_DIMS',
  73: 'LOG',
  74: 'SUM',
  75: 'SQRT',
  76: 'RSQRT',
  77: 'SHAPE',
  78: 'POW',
  81: 'REDUCE_PROD',
  82: 'REDUCE_MAX',
  83: 'PACK',
  88: 'UNPACK',
  89: 'REDUCE_MIN',
  92: 'SQUARE',
  94: 'FILL',
  97: 'RESIZE_NEAREST_NEIGHBOR',
  98: 'LEAKY_RELU',
  99: 'SQUARED_DIFFERENCE',
  100: 'MIRROR_PAD',
  101: 'ABS',
  102: 'SPLIT_V',
  105: 'REVERSE_V2',
  106: 'ADD_N',
  111: 'ELU',
  114: 'QUANTIZE',
  117: 'HARD_SWISH',
  126: 'BATCH_MATMUL',
  130: 'BROADCAST_TO',
  150: 'GELU',
};
