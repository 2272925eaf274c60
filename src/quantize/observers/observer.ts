/** An interval of real values that int8 has to cover. */
export interface Range {
  readonly min: number;
  readonly max: number;
}

/** Watches the values of one tensor over the calibration samples and says what range they need. */
export interface Observer {
  /** Finite values only. */
  observe(values: Float32Array): void;
  /** Of what was observed; { min: 0, max: 0 } if nothing was. */
  range(): Range;
}
