import type { TfliteModel, TfliteOperator } from './read-model.js';

/** Space-to-batch in front of a convolution and batch-to-space behind it: the convolution of every n-th place. */
export interface Dilation {
  readonly block: readonly number[];
  /** [before, after] of each axis, what is cropped behind the convolution taken off. */
  readonly pads: readonly (readonly [number, number])[];
}

const CONVOLUTIONS = ['CONV_2D', 'DEPTHWISE_CONV_2D'];
const RESHAPES = ['EXPAND_DIMS', 'RESHAPE', 'SQUEEZE'];

/**
 * TensorFlow dilates by moving every n-th place into a batch of its own; with an open batch the converter leaves it so.
 * Both moves go away, and the convolution carries the dilation. Reshapes between them (of Conv1D) go with them.
 */
export function foldDilations(model: TfliteModel, operators: readonly TfliteOperator[]): readonly TfliteOperator[] {
  let folded = operators;
  for (const first of operators.filter(({ code }) => code === 'SPACE_TO_BATCH_ND')) {
    const chain = chainFrom(model, folded, first);
    if (chain === null) continue;
    const { convolution, last } = chain;
    const [spread, gathered] = [first, last].map(({ inputs }) => inputs.slice(1, 3).map((id) => integersOf(model, id)));
    if ([...spread, ...gathered].includes(null)) continue;
    const [block, paddings] = spread as number[][];
    const [again, crops] = gathered as number[][];
    const size = 2 * block.length;
    if (String(block) !== String(again) || paddings.length !== size || crops.length !== size) continue;
    const pads = block.map((_, k) => [paddings[2 * k] - crops[2 * k], paddings[2 * k + 1] - crops[2 * k + 1]] as const);
    if (block.some((n) => n < 1) || pads.flat().some((n) => n < 0)) continue;
    const whole: TfliteOperator = {
      ...convolution,
      inputs: [first.inputs[0], ...convolution.inputs.slice(1)],
      outputs: last.outputs,
      dilated: { block, pads },
    };
    const gone = new Set(chain.all);
    folded = folded.flatMap((o) => (o === convolution ? [whole] : gone.has(o) ? [] : [o]));
  }
  return folded;
}

interface Chain {
  readonly convolution: TfliteOperator;
  readonly last: TfliteOperator;
  readonly all: readonly TfliteOperator[];
}

/** What stands between both moves, where each tensor has one reader. */
function chainFrom(model: TfliteModel, operators: readonly TfliteOperator[], first: TfliteOperator): Chain | null {
  const all = [first];
  let convolution: TfliteOperator | null = null;
  let output = first.outputs[0];
  for (;;) {
    const from = output;
    const readers = operators.filter(({ inputs }) => inputs.includes(from));
    if (readers.length !== 1 || readers[0].inputs[0] !== from || model.outputs.includes(from)) return null;
    const [at] = readers;
    if (all.includes(at)) return null;
    all.push(at);
    if (at.code === 'BATCH_TO_SPACE_ND') return convolution === null ? null : { convolution, last: at, all };
    if (convolution === null && CONVOLUTIONS.includes(at.code)) convolution = at;
    else if (!RESHAPES.includes(at.code)) return null;
    output = at.outputs[0];
  }
}

function integersOf({ tensors }: TfliteModel, id: number): number[] | null {
  const tensor = tensors[id];
  if (tensor?.data == null || tensor.type !== 'int32' || tensor.data.length % 4 !== 0) return null;
  const view = new DataView(tensor.data.buffer, tensor.data.byteOffset, tensor.data.length);
  return Array.from({ length: tensor.data.length / 4 }, (_, k) => view.getInt32(4 * k, true));
}
