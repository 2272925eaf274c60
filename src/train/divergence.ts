import { ToolError } from '../errors/tool-error.js';
import type { GrapesMode } from '../ir/model-spec.js';
import type { TrainingNetwork } from './engine.js';

/** A batch whose loss is not a finite number, or an epoch far above guessing. */
export interface Divergence {
  /** Counted from 1; the step over the whole run. */
  readonly epoch: number;
  readonly batch: number;
  readonly step: number;
  /** Mean over the samples. */
  readonly loss: number;
  readonly lossOfGuessing: number;
  readonly learningRate: number;
  readonly grapes: GrapesMode;
  /** Epochs of the last state that is known to be good, 0 if there is none but the initial weights. */
  readonly goodEpoch: number;
  /** Where its checkpoint stands, if it has a place. */
  readonly checkpoint: string | null;
}

/** TRAIN_DIVERGED: what went wrong, where, and what is left. `rows` of the network's input are the batch. */
export function divergenceError(network: TrainingNetwork, rows: number, divergence: Divergence): ToolError {
  const { epoch, batch, step, loss, lossOfGuessing, learningRate, grapes, goodEpoch, checkpoint } = divergence;
  const name = hasNonFiniteInput(network, rows) ? 'input' : network.firstNonFinite();
  const layer = name === null ? null : (layerOf(network, name) ?? name);
  const where = name === null ? '' : ` The first that is not a finite number is '${name}'.`;
  const place = checkpoint === null || goodEpoch === 0 ? '' : ` (${checkpoint})`;
  const left =
    goodEpoch === 0
      ? ' No epoch was finished before.'
      : ` The last good checkpoint is of epoch ${String(goodEpoch)}${place}.`;
  const lower = String(Number((learningRate / 10).toPrecision(2)));
  return new ToolError(
    'TRAIN_DIVERGED',
    `Training diverged in epoch ${String(epoch)}, batch ${String(batch)} (step ${String(step)}): the loss is ` +
      `${loss.toPrecision(4)} (guessing: ${lossOfGuessing.toFixed(2)}) at learning rate ${String(learningRate)}.${where}${left}`,
    {
      hint:
        name === 'input'
          ? 'Clean the data: a sample of this batch holds a NaN or an infinity.'
          : `Lower train.optimizer.learningRate, for example to ${lower}.`,
      context: {
        epoch,
        batch,
        step,
        loss: String(loss),
        learningRate,
        grapes,
        layer,
        array: name,
        goodEpoch,
        checkpoint,
      },
    },
  );
}

function hasNonFiniteInput({ input, plan }: TrainingNetwork, rows: number): boolean {
  return !input.subarray(0, rows * plan.inputSize).every((v) => Number.isFinite(v));
}

function layerOf({ plan }: TrainingNetwork, array: string): string | undefined {
  return plan.layers.find(
    ({ name, parameters }) => array === `${name}_output` || parameters.some((p) => p.name === array),
  )?.name;
}
