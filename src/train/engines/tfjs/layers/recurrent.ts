import type { GruLayerSpec, SequenceOutput, SimpleRnnLayerSpec, SnuLayerSpec } from '../../../../ir/model-spec.js';
import type { Tensor, Tf } from '../back-end.js';
import { spike, throughFeedback } from '../custom-gradients.js';
import { activate, type LayerCall, type LayerFunction } from './layer.js';

/** h_t = f(W x_t + U h_{t−1} + b) */
export const simpleRnn: LayerFunction<SimpleRnnLayerSpec> = ([input], call) => {
  const { tf, planned, parameters } = call;
  const { units, activation, output } = planned.spec;
  let h = tf.zeros([call.rows, units]);
  const outputs = inputSums(input, call).map((sums) => {
    h = activate(tf, withBias(sums.add(times(tf, h, parameters.recurrent_weights!)), parameters.bias), activation);
    return h;
  });
  return overTime(tf, outputs, output);
};

/** Gates z, r and candidate c, in this order; see GruLayerSpec. */
export const gru: LayerFunction<GruLayerSpec> = ([input], call) => {
  const { tf, planned, parameters } = call;
  const { units, output } = planned.spec;
  const recurrent = tf.split(parameters.recurrent_weights!, 3, 0);
  let h = tf.zeros([call.rows, units]);
  const outputs = inputSums(input, call).map((sums) => {
    const [forZ, forR, forC] = tf.split(withBias(sums, parameters.bias), 3, 1);
    const z = forZ.add(times(tf, h, recurrent[0])).sigmoid();
    const r = forR.add(times(tf, h, recurrent[1])).sigmoid();
    const c = forC.add(times(tf, r.mul(h), recurrent[2])).tanh();
    h = z.mul(h).add(tf.scalar(1).sub(z).mul(c));
    return h;
  });
  return overTime(tf, outputs, output);
};

/** s_t = g(W x_t + H y_{t−1} + decay · s_{t−1} · (1 − y_{t−1})), y_t = h(s_t + b) */
export const snu: LayerFunction<SnuLayerSpec> = ([input], call) => {
  const { tf, planned, parameters } = call;
  const { units, soft, decay, activation, output } = planned.spec;
  const recurrent = parameters.recurrent_weights;
  let s = tf.zeros([call.rows, units]);
  let y = s;
  const outputs = inputSums(input, call).map((sums) => {
    const fed = recurrent === undefined ? sums : sums.add(times(tf, y, recurrent));
    s = activate(tf, fed.add(s.mul(tf.scalar(1).sub(y)).mul(decay)), activation);
    const excess = s.add(parameters.bias!);
    y = soft ? excess.sigmoid() : spike(tf, excess);
    return y;
  });
  return overTime(tf, outputs, output);
};

/** W x_t of every step. */
function inputSums(
  input: Tensor,
  { tf, planned, rows, parameters, feedback }: LayerCall<SimpleRnnLayerSpec | GruLayerSpec | SnuLayerSpec>,
): Tensor[] {
  const [steps, features] = planned.inputShapes[0];
  const x = input.reshape([rows * steps, features]);
  const sums = throughFeedback(tf, (v, w) => times(tf, v, w), x, parameters.weights!, feedback);
  // The gradient of unstacking a single step is broken in tfjs (it takes a lone tensor for a list).
  if (steps === 1) return [sums.reshape([rows, -1])];
  return tf.unstack(sums.reshape([rows, steps, -1]), 1);
}

/** x Wᵀ */
function times(tf: Tf, x: Tensor, weights: Tensor): Tensor {
  return tf.matMul(x, weights, false, true);
}

function withBias(x: Tensor, bias: Tensor | undefined): Tensor {
  return bias === undefined ? x : x.add(bias);
}

function overTime(tf: Tf, outputs: readonly Tensor[], output: SequenceOutput): Tensor {
  switch (output) {
    case 'sequence':
      return tf.stack([...outputs], 1);
    case 'last':
      return outputs[outputs.length - 1];
    case 'mean':
      return tf.addN([...outputs]).div(outputs.length);
  }
}
