import type { Unsubscribe } from './device.js';

/** Those who want to hear of something. */
export class Listeners<T> {
  private readonly all = new Set<{ readonly call: (value: T) => void }>();

  add(call: (value: T) => void): Unsubscribe {
    const entry = { call };
    this.all.add(entry);
    return () => void this.all.delete(entry);
  }

  tell(value: T): void {
    for (const { call } of [...this.all]) call(value);
  }
}
