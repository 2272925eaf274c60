/**
 * A series of any length in at most `capacity` points: each is the mean of `stride` values, and when the room is used
 * up neighbours are merged and the stride doubles. `capacity` is even.
 */
export class Trend {
  private points: number[] = [];
  private stride = 1;
  private sum = 0;
  private pending = 0;

  constructor(private readonly capacity: number) {}

  add(value: number): void {
    this.sum += value;
    if (++this.pending < this.stride) return;
    this.points.push(this.sum / this.pending);
    this.sum = 0;
    this.pending = 0;
    if (this.points.length < this.capacity) return;
    const merged: number[] = [];
    for (let i = 0; i + 1 < this.points.length; i += 2) merged.push((this.points[i] + this.points[i + 1]) / 2);
    this.points = merged;
    this.stride *= 2;
  }

  values(): readonly number[] {
    return this.points;
  }

  clear(): void {
    this.points = [];
    this.stride = 1;
    this.sum = 0;
    this.pending = 0;
  }
}
