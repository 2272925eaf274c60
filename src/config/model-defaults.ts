import type { LayerSpec, ModelSpec, Pair } from '../ir/model-spec.js';
import type { RawLayer, RawPads, RawPair, RawTypedLayer } from './raw-model.js';
import { WrittenLayers } from './written-layers.js';

/** Fills in what the layers leave out. `seed` is the project's. */
export function modelDefaults(raw: { bias?: boolean; layers: readonly RawLayer[] }, seed: number): ModelSpec {
  const written = new WrittenLayers(raw.layers);
  const layers = written.layers.map((layer, i): LayerSpec => {
    const { from, ...spec } = layer;
    const full = layerDefaults(spec as RawTypedLayer, i, written, seed);
    return from === undefined ? full : { ...full, from: typeof from === 'string' ? [from] : from };
  });
  return { bias: raw.bias ?? true, layers };
}

function layerDefaults(raw: RawTypedLayer, i: number, written: WrittenLayers, seed: number): LayerSpec {
  const base = raw.name === undefined ? {} : { name: raw.name };
  switch (raw.type) {
    case 'dense':
      return {
        ...base,
        ...bias(raw),
        type: raw.type,
        units: raw.units,
        activation: raw.activation ?? written.activation(i),
        dropout: raw.dropout ?? 0,
      };
    case 'conv_2d':
      return {
        ...base,
        ...bias(raw),
        type: raw.type,
        filters: raw.filters,
        ...window(raw),
        activation: raw.activation ?? written.activation(i),
      };
    case 'depthwise_conv_2d':
      return {
        ...base,
        ...bias(raw),
        type: raw.type,
        multiplier: raw.multiplier ?? 1,
        ...window(raw),
        activation: raw.activation ?? written.activation(i),
      };
    case 'max_pool_2d':
    case 'average_pool_2d': {
      const pool = pair(raw.pool ?? 2);
      return {
        ...base,
        type: raw.type,
        pool,
        strides: raw.strides === undefined ? pool : pair(raw.strides),
        padding: raw.padding ?? 'valid',
      };
    }
    case 'batch_norm':
      return {
        ...base,
        type: raw.type,
        momentum: raw.momentum ?? 0.9,
        epsilon: raw.epsilon ?? 0.001,
        activation: raw.activation ?? written.activation(i),
      };
    case 'add':
    case 'mul':
      return { ...base, type: raw.type, activation: raw.activation ?? 'none' };
    case 'concatenation':
      return { ...base, type: raw.type, axis: raw.axis ?? -1 };
    case 'pad':
      return { ...base, type: raw.type, pads: pads(raw.pads) };
    case 'simple_rnn':
      return {
        ...base,
        ...bias(raw),
        type: raw.type,
        units: raw.units,
        activation: raw.activation ?? 'tanh',
        output: raw.output ?? (written.isReadOverTime(i) ? 'sequence' : 'last'),
      };
    case 'gru':
      return {
        ...base,
        ...bias(raw),
        type: raw.type,
        units: raw.units,
        output: raw.output ?? (written.isReadOverTime(i) ? 'sequence' : 'last'),
      };
    case 'snu':
      return {
        ...base,
        type: raw.type,
        units: raw.units,
        soft: raw.soft ?? false,
        recurrent: raw.recurrent ?? false,
        decay: raw.decay ?? 0.8,
        threshold: raw.threshold ?? 1,
        activation: raw.activation ?? 'none',
        output: raw.output ?? (written.isReadOverTime(i) ? 'sequence' : 'mean'),
      };
    case 'rate_code':
      return { ...base, type: raw.type, steps: raw.steps ?? 16, gain: raw.gain ?? 1, seed: raw.seed ?? seed };
    default:
      return raw as LayerSpec;
  }
}

function bias({ bias }: { readonly bias?: boolean }): { bias?: boolean } {
  return bias === undefined ? {} : { bias };
}

type Window = Pick<Extract<LayerSpec, { type: 'conv_2d' }>, 'kernel' | 'strides' | 'dilation' | 'padding'>;

interface RawWindow extends Partial<Pick<Window, 'padding'>> {
  readonly kernel?: RawPair;
  readonly strides?: RawPair;
  readonly dilation?: RawPair;
}

function window(raw: RawWindow): Window {
  const dilation = pair(raw.dilation ?? 1);
  return {
    kernel: pair(raw.kernel ?? 3),
    strides: pair(raw.strides ?? 1),
    ...(dilation.every((n) => n === 1) ? {} : { dilation }),
    padding: raw.padding ?? 'same',
  };
}

function pads(raw: RawPads): readonly Pair[] {
  return typeof raw === 'number' ? [pair(raw), pair(raw)] : raw;
}

function pair(raw: RawPair): Pair {
  return typeof raw === 'number' ? [raw, raw] : raw;
}
