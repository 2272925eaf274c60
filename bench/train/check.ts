import { initialParameters } from '../../src/train/initializers.js';
import { Rng } from '../../src/util/rng.js';
import { openEngine, rule, type Setting } from './ours.js';
import type { Peer } from './peer.js';
import type { Work } from './works.js';

const STEPS = 3;
const LEARNING_RATE = 0.01;
/** Of the mean losses, relative above 1. */
const LOSS_TOLERANCE = 1e-5;
/**
 * Of the way that the parameters went: the length of the difference, divided by the length of the way. A network with a
 * million rectified values has one within rounding of the kink; it falls to either side, and sends an error of its own
 * down. The deeper and the longer, the more it matters: those are held to one step and a hundredth.
 */
const WAY_TOLERANCE = { shallow: 1e-4, deep: 1e-2 } as const;

export interface Check {
  readonly work: string;
  readonly setting: Setting;
  readonly lossDifference: number;
  /** Of the parameters' way, relative. */
  readonly parameterDifference: number;
  readonly agrees: boolean;
}

/** GRAPES steps: three, of deep networks one, from the same weights on the same batch, here and in PyTorch. */
export async function check(peer: Peer, work: Work, setting: Setting): Promise<Check> {
  const { plan, batch } = work;
  const depth = plan.layers.length > 5 ? 'deep' : 'shallow';
  const steps = depth === 'deep' ? 1 : STEPS;
  const rng = new Rng(2);
  const input = Float32Array.from({ length: batch * plan.inputSize }, () => rng.uniform());
  const labels = Array.from({ length: batch }, () => rng.below(work.classes));
  const start = initialParameters(plan, 'he_uniform', 3);
  const learned = plan.layers.reduce((n, layer) => n + layer.parameters.length, 0);
  const theirs = await peer.check(work, start.slice(0, learned), input, labels, steps, LEARNING_RATE);

  const network = (await openEngine(setting, work)).build(plan, rule({}), batch);
  network.writeParameters(start);
  let lossDifference = 0;
  for (let step = 0; step < steps; step++) {
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
  let [difference, way] = [0, 0];
  theirs.parameters.forEach((values, i) => {
    values.forEach((v, j) => {
      difference += (v - parameters[i][j]) ** 2;
      way += (v - start[i][j]) ** 2;
    });
  });
  const parameterDifference = Math.sqrt(difference / way);
  const agrees = lossDifference <= LOSS_TOLERANCE && parameterDifference <= WAY_TOLERANCE[depth];
  return { work: work.name, setting, lossDifference, parameterDifference, agrees };
}
