import type * as Tfjs from '@tensorflow/tfjs';
import type { Conv2dLayerSpec, DepthwiseConv2dLayerSpec, Pair } from '../../../../ir/model-spec.js';
import { imageShape } from '../../../../ir/ops/image-shape.js';
import type { Shape } from '../../../../ir/layer-rule.js';
import type { Tensor, Tf } from '../back-end.js';
import { throughFeedback } from '../custom-gradients.js';
import { usedWeights } from './fake-quantize.js';
import { activate, type LayerCall, type LayerFunction } from './layer.js';

/** [rows][height][width][channels], also of an image without a channel axis. */
export function asImages(input: Tensor, shape: Shape): Tfjs.Tensor4D {
  const { height, width, channels } = imageShape(shape)!;
  return input.reshape([-1, height, width, channels]);
}

/** Weights [filters][kernelHeight][kernelWidth][channels]. */
export const conv2d: LayerFunction<Conv2dLayerSpec> = ([input], call) => {
  const { strides, padding, dilation } = call.planned.spec;
  const f = (x: Tensor, w: Tensor): Tensor =>
    call.tf.conv2d(
      x as Tfjs.Tensor4D,
      spread(w.transpose<Tfjs.Tensor4D>([1, 2, 3, 0]), dilation),
      [...strides],
      padding,
    );
  return finish(f, asImages(input, call.planned.inputShapes[0]), call);
};

/** Weights [kernelHeight][kernelWidth][channels · multiplier]. */
export const depthwiseConv2d: LayerFunction<DepthwiseConv2dLayerSpec> = ([input], call) => {
  const { kernel, multiplier, padding, dilation } = call.planned.spec;
  const x = asImages(input, call.planned.inputShapes[0]);
  const strides = [...call.planned.spec.strides] as [number, number];
  const f = (v: Tensor, w: Tensor): Tensor => {
    const filters = spread(w.reshape<Tfjs.Tensor4D>([...kernel, x.shape[3], multiplier]), dilation);
    return strides[0] === strides[1]
      ? call.tf.depthwiseConv2d(v as Tfjs.Tensor4D, filters, strides, padding)
      : unevenDepthwise(call.tf, v as Tfjs.Tensor4D, filters, strides, padding);
  };
  return finish(f, x, call);
};

/** The kernel with zeros between its taps: tfjs has no gradients of dilated convolutions. */
function spread(w: Tfjs.Tensor4D, [down, across]: Pair = [1, 1]): Tfjs.Tensor4D {
  if (down === 1 && across === 1) return w;
  const [kh, kw, a, b] = w.shape;
  const apart = w.reshape([kh, 1, kw, 1, a * b]).pad([
    [0, 0],
    [0, down - 1],
    [0, 0],
    [0, across - 1],
    [0, 0],
  ]);
  const size = [(kh - 1) * down + 1, (kw - 1) * across + 1];
  const whole = apart.reshape<Tfjs.Tensor3D>([kh * down, kw * across, a * b]);
  return whole.slice([0, 0, 0], [size[0], size[1], a * b]).reshape([size[0], size[1], a, b]);
}

/** TensorFlow's own depthwise convolution knows equal strides only: one ordinary convolution a channel. */
function unevenDepthwise(
  tf: Tf,
  x: Tfjs.Tensor4D,
  filters: Tfjs.Tensor4D,
  strides: Pair,
  padding: 'same' | 'valid',
): Tensor {
  // The gradient of a split into one part is broken in tfjs (SplitV_grad takes a lone tensor for a list).
  if (x.shape[3] === 1) return tf.conv2d(x, filters, [...strides], padding);
  const images = tf.split(x, x.shape[3], 3);
  const kernels = tf.split(filters, x.shape[3], 2);
  const outputs = images.map((image, c) =>
    tf.conv2d(image as Tfjs.Tensor4D, kernels[c] as Tfjs.Tensor4D, [...strides], padding),
  );
  return tf.concat(outputs, 3);
}

function finish(
  f: (x: Tensor, w: Tensor) => Tensor,
  x: Tensor,
  { tf, planned, parameters, feedback }: LayerCall<Conv2dLayerSpec | DepthwiseConv2dLayerSpec>,
): Tensor {
  const { type, rounding } = planned.spec;
  const weights = usedWeights(tf, parameters.weights!, rounding, type === 'conv_2d' ? 'first' : 'last');
  const sums = throughFeedback(tf, f, x, weights, feedback);
  const { bias } = parameters;
  return activate(tf, bias === undefined ? sums : sums.add(bias), planned.spec.activation);
}
