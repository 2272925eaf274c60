// Augmentation: what each option does to a sample, and that the same seed gives the same training.
import t from 'tap';
import { makeDigits } from '../../src/dataset/synthetic/digits.js';
import type { AugmentOptions } from '../../src/ir/options.js';
import { TRAIN_DEFAULTS } from '../../src/ir/train-defaults.js';
import { Augmenter } from '../../src/train/augment/augment.js';
import { imageAugment } from '../../src/train/augment/image-augment.js';
import { signalAugment } from '../../src/train/augment/signal-augment.js';
import { train } from '../../src/train/trainer.js';
import { Rng } from '../../src/util/rng.js';

/** Draws the given parts of the range, one after the other. */
function drawing(...parts: number[]): Rng {
  const rng = new Rng(0);
  let next = 0;
  rng.uniform = () => parts[next++];
  return rng;
}

const IMAGE = { kind: 'image', shift: 0, rotateDegrees: 0, noise: 0 } as const;
const SIGNAL = { kind: 'signal', shift: 0, scale: 0, noise: 0, maskSteps: 0, maskChannels: 0 } as const;

t.test('pictures turn about their middle and move', async (test) => {
  const changed = (
    options: Partial<typeof IMAGE> | object,
    rng: Rng,
    picture: number[],
    shape: [number, number, number],
  ) => {
    const values = Float32Array.from(picture);
    imageAugment({ ...IMAGE, ...options }, shape)(values, rng);
    return [...values].map((v) => Math.round(v * 1e6) / 1e6);
  };
  const picture = [1, 2, 3, 4, 5, 6, 7, 8, 9];
  test.same(changed({}, drawing(0.5, 0.5, 0.5), picture, [3, 3, 1]), picture, 'all off: as it was');
  const quarter = changed({ rotateDegrees: 90 }, drawing(1, 0.5, 0.5), picture, [3, 3, 1]);
  test.same(quarter, [7, 4, 1, 8, 5, 2, 9, 6, 3], 'a quarter turn');
  test.same(changed({ shift: 1 }, drawing(0.5, 1, 0.5), picture, [3, 3, 1]), [1, 2, 3, 1, 2, 3, 4, 5, 6], 'one down');
  test.same(changed({ shift: 1 }, drawing(0.5, 0.5, 0), picture, [3, 3, 1]), [2, 3, 3, 5, 6, 6, 8, 9, 9], 'one left');
  test.same(
    changed({ shift: 1 }, drawing(0.5, 0.5, 0.75), [0, 0, 4, 8], [1, 2, 2]),
    [0, 0, 2, 4],
    'half a pixel, two channels',
  );
  test.same(
    changed({ shift: 1 }, drawing(0.5, 0.75, 0.5), [0, 0, 4, 8], [2, 1, 2]),
    [0, 0, 2, 4],
    'half a pixel down: what comes in repeats the edge',
  );
});

t.test('signals move, grow and have gaps', async (test) => {
  const changed = (options: object, rng: Rng, signal: number[], shape: [number, number]) => {
    const values = Float32Array.from(signal);
    signalAugment({ ...SIGNAL, ...options }, shape)(values, rng);
    return [...values];
  };
  const signal = [1, 10, 2, 20, 3, 30];
  const none = [0, 0.5, 0, 0, 0, 0] as const;
  test.same(changed({}, drawing(...none), signal, [3, 2]), signal, 'all off: as it was');
  test.same(
    changed({ shift: 1 }, drawing(0.99, 0.5, 0, 0, 0, 0), signal, [3, 2]),
    [1, 10, 1, 10, 2, 20],
    'a step later',
  );
  test.same(
    changed({ shift: 1 }, drawing(0, 0.5, 0, 0, 0, 0), signal, [3, 2]),
    [2, 20, 3, 30, 3, 30],
    'a step earlier',
  );
  test.same(changed({ scale: 0.5 }, drawing(0, 1, 0, 0, 0, 0), [2, 4], [2, 1]), [3, 6], 'half as large again');
  test.same(changed({ scale: 0.5 }, drawing(0, 0, 0, 0, 0, 0), [2, 4], [2, 1]), [1, 2], 'half as large');
  test.same(
    changed({ maskSteps: 1 }, drawing(0, 0.5, 0.99, 0.5, 0, 0), signal, [3, 2]),
    [1, 10, 11, 11, 3, 30],
    'the middle step blanked with the mean',
  );
  test.same(
    changed({ maskChannels: 1 }, drawing(0, 0.5, 0, 0, 0.99, 0.99), signal, [3, 2]),
    [1, 11, 2, 11, 3, 11],
    'the second channel blanked with the mean',
  );
});

t.test('noise has the deviation asked for', async (test) => {
  for (const options of [
    { ...IMAGE, noise: 0.5 },
    { ...SIGNAL, noise: 0.5 },
  ] satisfies AugmentOptions[]) {
    const values = new Float32Array(4000);
    new Augmenter(options, options.kind === 'image' ? [40, 100] : [4000], 1).apply(values, 0);
    const mean = values.reduce((s, v) => s + v, 0) / values.length;
    const deviation = Math.sqrt(values.reduce((s, v) => s + (v - mean) ** 2, 0) / values.length);
    test.ok(Math.abs(deviation - 0.5) < 0.03 && Math.abs(mean) < 0.03, `${options.kind}: ${String(deviation)}`);
  }
});

t.test('a sample changes from epoch to epoch, and not with the order of samples', async (test) => {
  const augmenter = new Augmenter({ ...SIGNAL, noise: 1 }, [8], 3);
  const look = (epoch: number, sample: number, by = augmenter): number[] => {
    const values = new Float32Array(8);
    by.beginEpoch(epoch);
    by.apply(values, sample);
    return [...values];
  };
  const first = look(0, 5);
  test.notSame(look(1, 5), first);
  test.notSame(look(0, 6), first);
  test.same(look(0, 5), first);
  test.notSame(look(0, 5, new Augmenter({ ...SIGNAL, noise: 1 }, [8], 4)), first, 'another seed, another noise');
  test.throws(() => new Augmenter(IMAGE, [600], 1), { code: 'TRAIN_AUGMENT_SHAPE' });
  test.throws(() => new Augmenter(SIGNAL, [28, 28, 1], 1), { code: 'TRAIN_AUGMENT_SHAPE' });
  test.throws(() => new Augmenter({ ...IMAGE, shift: 8 }, [8, 20, 1], 1), {
    code: 'TRAIN_AUGMENT_SHAPE',
    context: { shift: 8, limit: 7 },
  });
  test.throws(() => new Augmenter({ ...SIGNAL, shift: 5 }, [5, 40], 1), {
    code: 'TRAIN_AUGMENT_SHAPE',
    context: { shift: 5, limit: 4 },
  });
  test.doesNotThrow(() => new Augmenter({ ...SIGNAL, shift: 4 }, [5, 40], 1));
});

t.test('training on changed pictures repeats, and leaves validation alone', async (test) => {
  const digits = makeDigits({ size: 7, trainSamples: 300, testSamples: 50, seed: 1 });
  const model = { bias: true, layers: [{ type: 'dense', units: 10, activation: 'none', dropout: 0 } as const] };
  const run = async (augment: AugmentOptions | null): Promise<readonly unknown[]> => {
    const { report } = await train(digits, model, { ...TRAIN_DEFAULTS, epochs: 2, augment });
    return report.epochs.map(({ trainLoss, validationLoss }) => [trainLoss, validationLoss]);
  };
  const plain = await run(null);
  const turned = { ...IMAGE, rotateDegrees: 20, shift: 1 };
  const changed = await run(turned);
  test.notSame(changed, plain);
  test.same(await run(turned), changed);
  test.same(await run(IMAGE), plain, 'a change of nothing is none');

  // At a rate too small to move a weight the losses are those of the samples alone.
  const still = async (augment: AugmentOptions | null) => {
    const optimizer = { type: 'sgd', learningRate: 1e-30 } as const;
    return (await train(digits, model, { ...TRAIN_DEFAULTS, optimizer, epochs: 2, augment })).report.epochs;
  };
  const [asTheyAre, moved] = [await still(null), await still(turned)];
  test.equal(moved[0].validationLoss, asTheyAre[0].validationLoss, 'watched samples are never changed');
  const apart = (a: number, b: number): boolean => Math.abs(a - b) > 1e-4;
  test.notOk(apart(asTheyAre[0].trainLoss, asTheyAre[1].trainLoss), 'the same samples in every epoch');
  test.ok(apart(moved[0].trainLoss, asTheyAre[0].trainLoss), 'trained samples are');
  test.ok(apart(moved[0].trainLoss, moved[1].trainLoss), 'differently in every epoch');
});
