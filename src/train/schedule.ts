import type { ScheduleOptions } from '../ir/options.js';

/** The learning rate of an epoch, counted from 0. */
export function scheduledRate(rate: number, schedule: ScheduleOptions, epoch: number, epochs: number): number {
  switch (schedule.type) {
    case 'constant':
      return rate;
    case 'exponential':
      return rate * power(schedule.decay, epoch);
    case 'step':
      return rate * power(schedule.factor, Math.floor(epoch / schedule.everyEpochs));
    case 'cosine': {
      const { floor, warmupEpochs } = schedule;
      if (epoch < warmupEpochs) return (rate * (epoch + 1)) / (warmupEpochs + 1);
      const part = (epoch - warmupEpochs) / Math.max(1, epochs - warmupEpochs);
      return rate * (floor + ((1 - floor) * (1 + cosineOfHalfTurn(part))) / 2);
    }
  }
}

/** base^n by multiplication: `Math.pow` may differ between machines. */
function power(base: number, n: number): number {
  let p = 1;
  for (let i = 0; i < n; i++) p *= base;
  return p;
}

/** cos(π · part) for part in [0, 1], by its series around the middle: `Math.cos` may differ between machines. */
function cosineOfHalfTurn(part: number): number {
  const x = Math.PI * (0.5 - part);
  const square = x * x;
  let term = x;
  let sum = x;
  for (let n = 1; n <= 12; n++) {
    term *= -square / (2 * n * (2 * n + 1));
    sum += term;
  }
  return sum;
}
