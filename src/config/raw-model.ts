import type { DenseLayerSpec, LayerSpec, Pair } from '../ir/model-spec.js';

/** The model section as written: layers, or the file they stand in. */
export type RawModel =
  | { readonly bias?: boolean; readonly layers: readonly RawLayer[]; readonly from?: undefined }
  | { readonly from: string; readonly weights?: boolean };

/** What a layer may not leave out; all else has a default. */
interface Required {
  readonly dense: 'units';
  readonly conv_2d: 'filters';
  readonly activation: 'activation';
  readonly dropout: 'rate';
  readonly reshape: 'shape';
  readonly pad: 'pads';
  readonly simple_rnn: 'units';
  readonly gru: 'units';
  readonly snu: 'units';
}

/** Height and width as one number where they are the same. */
export type RawPair = number | Pair;

/** One number for all sides of height and width, or [before, after] of each of the leading axes. */
export type RawPads = number | readonly Pair[];

type Written<S> = {
  readonly [K in keyof S]?: K extends 'kernel' | 'strides' | 'dilation' | 'pool'
    ? RawPair
    : K extends 'pads'
      ? RawPads
      : S[K];
};

type Needed<S, K extends keyof S> = { readonly [P in K]-?: NonNullable<Written<S>[P]> };

/** Distributes over the union of layers. */
type Raw<S extends LayerSpec> = S extends LayerSpec
  ? { readonly type: S['type']; readonly from?: string | readonly string[] } & Written<Omit<S, 'type' | 'from'>> &
      (S['type'] extends keyof Required ? Needed<S, Required[S['type']] & keyof S> : unknown)
  : never;

export type RawTypedLayer = Raw<LayerSpec>;

/** A layer without a type is dense. */
export type RawLayer = RawTypedLayer | (Omit<Raw<DenseLayerSpec>, 'type'> & { readonly type?: undefined });
