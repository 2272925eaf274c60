import type { Experiment, Task } from './experiment.js';

export interface Scale {
  /** Measuring seeds, instead of the experiment's own number. */
  readonly seeds: number | null;
  /** A fifth of the samples, a third of the epochs, two seeds: to see that it works, not to conclude from. */
  readonly quick: boolean;
}

/** The experiment at another size. */
export function scaled(experiment: Experiment, { seeds, quick }: Scale): Experiment {
  if (!quick) return seeds === null ? experiment : { ...experiment, seeds };
  const { set, side, train, validation, test } = experiment.data;
  return {
    ...experiment,
    data: { set, side, train: Math.ceil(train / 5), validation: Math.ceil(validation / 5), test: Math.ceil(test / 5) },
    cases: experiment.cases.map((c) => ({
      ...c,
      task: shortened(c.task),
      rates: everySecond(c.rates),
      fixedRates: [],
    })),
    tuningSeeds: 1,
    seeds: seeds ?? 2,
  };
}

function shortened(task: Task): Task {
  switch (task.kind) {
    case 'train':
      return { ...task, epochs: Math.ceil(task.epochs / 3) };
    case 'continual':
      return task;
    case 'adapt':
      return { ...task, pretrainEpochs: Math.ceil(task.pretrainEpochs / 2), steps: Math.ceil(task.steps / 4) };
  }
}

function everySecond(rates: readonly number[]): number[] {
  return rates.filter((_, i) => i % 2 === 1);
}
