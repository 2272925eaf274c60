import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import util from 'node:util';
import type * as Tfjs from '@tensorflow/tfjs';
import { ToolError } from '../../../errors/tool-error.js';
import type { LayerType } from '../../../ir/model-spec.js';
import type { NetworkPlan } from '../../../ir/network-plan.js';
import { packageRoot } from '../../../util/package-root.js';

export type Tf = typeof Tfjs;
export type Tensor = Tfjs.Tensor;

/** tfjs-node (TensorFlow's own library), WebAssembly, plain JavaScript: in the order in which they are tried. */
export type BackEndName = 'tensorflow' | 'wasm' | 'cpu';
const ORDER: readonly BackEndName[] = ['tensorflow', 'wasm', 'cpu'];

export interface BackEnd {
  readonly tf: Tf;
  readonly name: BackEndName;
  /** Why not the ones before it; empty if it is the first. */
  readonly passedOver: readonly string[];
}

/** What learning needs and the WebAssembly back end, as released, does not have. */
const KERNELS: Partial<Record<LayerType, readonly string[]>> = {
  conv_2d: ['Conv2DBackpropFilter', 'Conv2DBackpropInput'],
  depthwise_conv_2d: ['DepthwiseConv2dNativeBackpropFilter', 'DepthwiseConv2dNativeBackpropInput'],
  max_pool_2d: ['MaxPoolGrad'],
  average_pool_2d: ['AvgPoolGrad'],
};

/** From the package's folder: also sees what `npm run setup:tfjs-node` has put into `.tfjs-node/`. */
const load = createRequire(join(packageRoot(), '.tfjs-node', 'from-here.cjs'));

/**
 * The fastest back end that can be loaded and has all kernels for this network.
 * @param wanted only these are tried
 * Throws TRAIN_TFJS_MISSING if none can be had.
 */
export async function openBackEnd(plan: NetworkPlan, wanted: readonly BackEndName[] = ORDER): Promise<BackEnd> {
  const passedOver: string[] = [];
  for (const name of ORDER.filter((n) => wanted.includes(n))) {
    try {
      const tf = name === 'tensorflow' ? loadNative() : loadPlain(name);
      tf.enableProdMode();
      if (!(await tf.setBackend(name))) throw new Error('does not start');
      await tf.ready();
      const missing = missingKernels(tf, name, plan);
      if (missing.length === 0) return { tf, name, passedOver };
      passedOver.push(`${name} has no ${missing.join(', ')}`);
    } catch (error) {
      passedOver.push(`${name}: ${reason(error)}`);
    }
  }
  throw new ToolError('TRAIN_TFJS_MISSING', `The tfjs engine has no back end here (${passedOver.join('; ')}).`, {
    context: { passedOver },
  });
}

function loadNative(): Tf {
  // Node 23 took these away; tfjs-node still calls them.
  const old = util as unknown as Record<string, unknown>;
  old['isNullOrUndefined'] ??= (value: unknown) => value === null || value === undefined;
  old['isArray'] ??= (value: unknown) => Array.isArray(value);
  // TensorFlow tells standard error which instructions it would like to have.
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '2';
  return load('@tensorflow/tfjs-node') as Tf;
}

function loadPlain(name: BackEndName): Tf {
  const tf = load('@tensorflow/tfjs') as Tf;
  if (name === 'wasm') {
    const wasm = load('@tensorflow/tfjs-backend-wasm') as { setWasmPaths(folder: string): void };
    const folder = dirname(load.resolve('@tensorflow/tfjs-backend-wasm/package.json'));
    wasm.setWasmPaths(`${join(folder, 'wasm-out')}/`);
  }
  return tf;
}

function missingKernels(tf: Tf, name: BackEndName, plan: NetworkPlan): string[] {
  const needed = new Set(plan.layers.flatMap(({ spec }) => KERNELS[spec.type] ?? []));
  // The native back end has all of them under TensorFlow's own names.
  return name === 'tensorflow' ? [] : [...needed].filter((kernel) => tf.getKernel(kernel, name) === undefined);
}

function reason(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return code === 'MODULE_NOT_FOUND' ? 'not installed' : message.split('\n')[0];
}
