import type { Floats } from './engine.js';

/** Something that is learned, and the batch's mean gradient of the loss in it. Same length, same layout. */
export interface Parameter {
  readonly name: string;
  readonly values: Floats;
  readonly gradient: Floats;
}
