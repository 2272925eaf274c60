/** What can be done about operators that have no counterpart, by the operator's name. */
const ADVICE: Readonly<Record<string, string>> = {
  GELU: 'train with relu, relu6 or hard_swish instead',
  SPACE_TO_BATCH_ND: 'it is imported around one convolution, as dilation: convert the model with a batch of 1',
  BATCH_TO_SPACE_ND: 'it is imported around one convolution, as dilation: convert the model with a batch of 1',
  DEQUANTIZE: 'it computes in float32 in the middle of the network: keep what stands behind it in int8',
  SVDF: 'train with convolutions over time instead',
  DIV: 'multiply by the reciprocal',
  POW: 'cut the model before it',
  LOG_SOFTMAX: 'use softmax, or leave it away: the largest output stays the largest',
};

const RECURRENT = ['LSTM', 'RNN', 'UNIDIRECTIONAL_SEQUENCE_RNN'];

/** Operators that there is advice about. */
export const ADVISED: readonly string[] = [...Object.keys(ADVICE), ...RECURRENT];

/** One clause for the error message. */
export function adviceFor(code: string): string {
  if (RECURRENT.includes(code))
    return 'LSTM layers are imported as UNIDIRECTIONAL_SEQUENCE_LSTM, other recurrent ones where they are unrolled: build the layer with unroll=True';
  if (code.startsWith('CUSTOM'))
    return 'custom operators are code of their authors: build the model from the usual layers';
  return ADVICE[code] ?? 'replace the layer, or cut the model before it and do the rest in your own code';
}
