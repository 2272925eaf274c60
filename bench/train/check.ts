import { initialParameters } from '../../src/train/initializers.js';
import { Rng } from '../../src/util/rng.js';
import { openEngine, rule, type Setting } from './ours.js';
import type { Peer } from './peer.js';
import type { Work } from './works.js';

const STEPS = 3;
const LEARNING_RATE = 0.01;
/** Of the mean losses, relative above 1; of the parameters, which are of size 0.05 to 1. */
export const LOSS_TOLERANCE = 1e-5;
export const PARAMETER_TOLERANCE = 1e-4;

export interface Check {
  readonly work: string;
  readonly setting: Setting;
  readonly lossDifference: number;
  readonly parameterDifference: number;
  readonly agrees: boolean;
}

/** Three GRAPES steps from the same weights on the same batch, here and in PyTorch. */
export async function check(peer: Peer, work: Work, setting: Setting): Promise<Check> {
  const { plan, batch } = work;
  const rng = new Rng(2);
  const input = Float32Array.from({ length: batch * plan.inputSize }, () => rng.uniform());
  const labels = Array.from({ length: batch }, () => rng.below(work.classes));
  const start = initialParameters(plan, 'he_uniform', 3);
  const learned = plan.layers.reduce((n, layer) => n + layer.parameters.length, 0);
  const theirs = await peer.check(work, start.slice(0, learned), input, labels, STEPS, LEARNING_RATE);

  const network = (await openEngine(setting, work)).build(plan, rule({}), batch);
  network.writeParameters(start);
  let lossDifference = 0;
  for (let step = 0; step < STEPS; step++) {
    network.input.set(input);
    network.labels.set(labels);
    const { loss } = network.step({ rows: batch, step, learningRate: LEARNING_RATE });
    lossDifference = Math.max(
      lossDifference,
      Math.abs(loss / batch - theirs.losses[step]) / Math.max(1, theirs.losses[step]),
    );
  }
  const parameters = network.readParameters();
  network.dispose();
  const parameterDifference = theirs.parameters.reduce((worst, values, i) => {
    return values.reduce((w, v, j) => Math.max(w, Math.abs(v - parameters[i][j])), worst);
  }, 0);
  const agrees = lossDifference <= LOSS_TOLERANCE && parameterDifference <= PARAMETER_TOLERANCE;
  return { work: work.name, setting, lossDifference, parameterDifference, agrees };
}
