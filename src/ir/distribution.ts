/** A set of numbers in seven. Quartiles lie between order statistics, in a straight line (Hyndman and Fan 1996, type 7). */
export interface Distribution {
  readonly min: number;
  /** A quarter of the values lies below. */
  readonly q1: number;
  readonly median: number;
  readonly q3: number;
  readonly max: number;
  readonly mean: number;
  /** How many values there were. */
  readonly count: number;
}

/** `values` is not empty. Summed in float64 from the first to the last: the same values give the same bits. */
export function distributionOf(values: Float32Array): Distribution {
  const ascending = values.slice().sort();
  const at = (part: number): number => {
    const place = part * (ascending.length - 1);
    const below = Math.floor(place);
    const low = ascending[below];
    const high = ascending[Math.min(below + 1, ascending.length - 1)];
    return low + (place - below) * (high - low);
  };
  let sum = 0;
  for (const value of values) sum += value;
  return {
    min: at(0),
    q1: at(0.25),
    median: at(0.5),
    q3: at(0.75),
    max: at(1),
    mean: sum / values.length,
    count: values.length,
  };
}
