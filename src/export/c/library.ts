import { posix } from 'node:path';
import { ToolError } from '../../errors/tool-error.js';
import type { CFile } from '../../ir/c-sources.js';
import type { CModel } from './model.js';
import { ROWS_HEADER } from './streamed-block.js';
import { trainedLayers } from './learn/layers.js';
import { headersOf } from './ops/lowered-op.js';

const LEARN_HEADERS = [
  'learn/grapes_dense_f32.h',
  'learn/grapes_factor_f32.h',
  'learn/grapes_math_f32.h',
  'learn/grapes_softmax_f32.h',
  'learn/grapes_vector_f32.h',
];

/** A header and all that it includes, relative to `firmware/`. */
function withIncludes(path: string, library: Readonly<Record<string, string>>): string[] {
  const text = library[path];
  if (text === undefined) {
    throw new ToolError('EXPORT_MISSING_SOURCE', `The kernel source firmware/${path} is missing.`, {
      context: { path },
    });
  }
  const included = [...text.matchAll(/^#include "(.+)"$/gm)].map(([, name]) => posix.join(posix.dirname(path), name));
  return [path, ...included.flatMap((name) => withIncludes(name, library))];
}

/** Copies of the kernel headers that the model uses, under `grapes/`. */
export function copyLibrary(model: CModel, library: Readonly<Record<string, string>>): CFile[] {
  const learned = trainedLayers(model).map((l) => l.kernelHeader);
  const used = [
    'core/grapes_flash.h',
    ...(model.plan.blocks.length === 0 ? [] : [ROWS_HEADER]),
    ...model.ops.flatMap(headersOf),
    ...learned,
    ...(model.learn === null ? [] : LEARN_HEADERS),
  ];
  const all = new Set(used.flatMap((path) => withIncludes(path, library)));
  return [...all].sort().map((path) => ({ path: `grapes/${path}`, text: library[path] }));
}
