import { ToolError } from '../../errors/tool-error.js';
import type { CFile } from '../../ir/c-sources.js';
import type { CModel } from './model.js';
import { trainedLayers } from './learn/layers.js';

const LEARN_HEADERS = [
  'learn/grapes_dense_f32.h',
  'learn/grapes_factor_f32.h',
  'learn/grapes_math_f32.h',
  'learn/grapes_softmax_f32.h',
  'learn/grapes_vector_f32.h',
];

/** Headers that a header includes, relative to `firmware/`. */
const INCLUDES: Readonly<Record<string, readonly string[]>> = {
  'kernels/plain/fully_connected_s8.h': ['kernels/plain/requantize.h'],
  'kernels/dsp/fully_connected_s8.h': ['kernels/dsp/pairs.h', 'kernels/plain/requantize.h'],
  'kernels/dsp/conv_2d_s8.h': ['kernels/dsp/pairs.h', 'kernels/plain/requantize.h'],
  'kernels/dsp/depthwise_conv_2d_s8.h': [
    'kernels/dsp/conv_2d_s8.h',
    'kernels/dsp/pairs.h',
    'kernels/plain/requantize.h',
  ],
  'kernels/plain/conv_2d_s8.h': ['kernels/plain/requantize.h'],
  'kernels/plain/depthwise_conv_2d_s8.h': ['kernels/plain/requantize.h'],
  'kernels/plain/mean_s8.h': ['kernels/plain/requantize.h'],
  'kernels/plain/add_s8.h': ['kernels/plain/requantize.h'],
  'kernels/plain/mul_s8.h': ['kernels/plain/requantize.h'],
  'kernels/plain/softmax_s8.h': ['kernels/plain/requantize.h'],
};

/** Copies of the kernel headers that the model uses, under `grapes/`. */
export function copyLibrary(model: CModel, library: Readonly<Record<string, string>>): CFile[] {
  const learned = trainedLayers(model).map((l) => `kernels/${l.kernel}/fully_connected_s8.h`);
  const used = [
    'core/grapes_flash.h',
    ...[...model.ops.map((op) => op.kernelHeader), ...learned].flatMap((h) => [h, ...(INCLUDES[h] ?? [])]),
    ...(model.learn === null ? [] : LEARN_HEADERS),
  ];
  return [...new Set(used)].sort().map((path) => {
    const text = library[path];
    if (text === undefined) {
      throw new ToolError('EXPORT_MISSING_SOURCE', `The kernel source firmware/${path} is missing.`, {
        context: { path },
      });
    }
    return { path: `grapes/${path}`, text };
  });
}
