import type { Tone } from '../../report/plots/line-chart.js';
import type { Arm } from '../experiment.js';

/** Plain is grey, GRAPES and its control have colours of their own, all others share one. */
export function armTones(arms: readonly Arm[]): (armId: string) => Tone {
  const tones: readonly Tone[] = ['quiet', 'a', 'b', 'c', 'c'];
  return (armId) => tones[arms.findIndex(({ id }) => id === armId)] ?? 'c';
}
