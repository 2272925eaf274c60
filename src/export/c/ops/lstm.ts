import type { LstmOp } from '../../../ir/integer-ops.js';
import { cellNumbers, LSTM_GATES, lstmConstants, lstmSizes } from '../../../ir/ops/int8/lstm.js';
import type { CConstant } from '../constant.js';
import { constant, number, pointer, roundingArgument, scratchArgument, shape } from './arguments.js';
import type { LowerOp } from './lowered-op.js';
import { SIGMOID, tableArgument } from './shared-tables.js';

export const lowerLstm: LowerOp<LstmOp> = (graph, op, { prefix, symbol }) => {
  const { steps, inputs, units } = lstmSizes(graph, op);
  const { inputWeights, recurrentWeights, inputBias, recurrentBias } = lstmConstants(graph, op);
  const { forget, update, argument } = cellNumbers(graph, op)!;
  const { multiplier, shift, zeroPoint, clampMin, clampMax } = op.requantize;
  const gates = Array.from({ length: LSTM_GATES }, (_, g) => [op.inputGates[g], op.recurrentGates[g]]).flat();
  const rows = `rows of the input, forget, cell and output gate, ${units} of each`;
  const held = (
    name: string,
    element: CConstant['element'],
    role: CConstant['role'],
    values: ArrayLike<number>,
    what: string,
  ): CConstant => ({
    name: `${symbol}_${name}`,
    element,
    role,
    values,
    wordAligned: false,
    comment: `${op.name}: ${what}`,
  });
  const constants = {
    weights: held('weights', 'int8_t', 'weight', inputWeights, `weights of the inputs, ${rows}`),
    bias: held('bias', 'int32_t', 'bias', inputBias, `bias with the input's zero point folded in`),
    recurrent: held('recurrent', 'int8_t', 'weight', recurrentWeights, `weights of the state, ${rows}`),
    folded: held('folded', 'int32_t', 'bias', recurrentBias, `the state's zero point, folded`),
    multipliers: held(
      'multipliers',
      'int32_t',
      'requantize',
      gates.map((m) => m.multiplier),
      'of each gate: sum over the inputs, over the state',
    ),
    shifts: held(
      'shifts',
      'int8_t',
      'requantize',
      gates.map((m) => m.shift),
      'likewise',
    ),
  };
  const array = (name: keyof typeof constants): ReturnType<typeof constant> =>
    constant(`const ${constants[name].element} *`, name, `${prefix}_${constants[name].name}`);
  const scratchBytes = 2 * units + 1;
  return {
    symbol,
    comment: `${op.name}: LSTM of ${units} units over ${steps} steps of ${inputs} values`,
    kernelHeader: 'kernels/plain/lstm_s8.h',
    constants: [...Object.values(constants), SIGMOID],
    scratchBytes,
    macs: steps * LSTM_GATES * units * (inputs + units),
    calls: ({ input, output, scratch }) => [
      {
        kernel: 'grapes_lstm_s8_plain',
        title: `lstm_${steps}x${inputs}x${units}`,
        arguments: [
          pointer('const int8_t *', 'input', input),
          shape('uint16_t', 'steps', steps),
          shape('uint16_t', 'inputs', inputs),
          array('weights'),
          array('bias'),
          array('recurrent'),
          array('folded'),
          array('multipliers'),
          array('shifts'),
          tableArgument(prefix, 'table', SIGMOID),
          pointer('int8_t *', 'output', output),
          shape('uint16_t', 'units', units),
          scratchArgument(scratchBytes, scratch),
          number('int32_t', 'forget_multiplier', forget.multiplier),
          number('int8_t', 'forget_shift', forget.shift),
          number('int32_t', 'update_multiplier', update.multiplier),
          number('int8_t', 'update_shift', update.shift),
          number('int16_t', 'argument_multiplier', argument.multiplier),
          number('uint8_t', 'argument_shift', argument.shift),
          number('int32_t', 'cell_clip', op.cellClip > 0 ? op.cellClip : 32768),
          number('int8_t', 'output_zero_point', zeroPoint),
          number('int32_t', 'multiplier', multiplier[0]),
          number('int8_t', 'shift', shift[0]),
          number('int8_t', 'clamp_min', clampMin),
          number('int8_t', 'clamp_max', clampMax),
          roundingArgument(graph),
        ],
      },
    ],
  };
};
