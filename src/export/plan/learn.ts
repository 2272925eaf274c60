import type { TrainedLayer } from '../../ir/learn/trained-layers.js';
import type { LearnSpec } from '../../ir/learn-spec.js';
import type { LearnPlan } from '../../ir/memory-plan.js';
import { placeBuffers } from './arena.js';
import { alignUp, type BufferRequest } from './buffers.js';

/** Where the working buffers of a learning step lie in the state's scratch array, in floats. */
export interface LearnScratch {
  /** Output of each trained layer. The last one holds logits, then deltas. */
  readonly activations: readonly number[];
  /** Error of each hidden trained layer. */
  readonly deltas: readonly number[];
  /** The border's values, dequantized `tileLength` at a time: once on the way up, once on the way down. */
  readonly forwardTile: number;
  readonly backwardTile: number;
  readonly tileLength: number;
  readonly floats: number;
}

/** The inner loops take sixteen values at a time. */
const TILE_UNIT = 16;
const SMALLEST_TILE = 32;
/** A tile may cost up to this part of the state; larger tiles save a little work for every row. */
const TILE_SHARE = 1 / 128;

/** Does this layer keep node sums (and have a modulation factor)? */
export function hasNodeSums(layer: TrainedLayer, spec: Pick<LearnSpec, 'grapes'>): boolean {
  return layer.hidden && spec.grapes !== 'off';
}

/**
 * Lays out the scratch by lifetime. Steps: layer l forward is step l; layer l backward is step 2L-1-l (layers from 0).
 * The input of the first trained layer exists as int8 anyway, so its float values need not all exist at once: the tile
 * takes what the step's busiest moment leaves free, or a small part of the state.
 */
export function planLearnScratch(layers: readonly TrainedLayer[]): LearnScratch {
  const last = layers.length - 1;
  const backward = (layer: number): number => 2 * layers.length - 1 - layer;
  const requests: BufferRequest[] = [];
  layers.forEach(({ outputs }, l) => {
    requests.push({ id: l, bytes: outputs, first: l, last: l === last ? backward(l) : backward(l + 1) });
    if (l < last) {
      requests.push({ id: layers.length + l, bytes: outputs, first: backward(l + 1), last: backward(l) });
    }
  });
  const free = placeBuffers(requests).totalBytes - layers[0].outputs;
  const tileLength = chooseTile(layers[0].inputs, Math.max(free, stateFloats(layers) * TILE_SHARE));

  const forwardTile = 2 * layers.length;
  const backwardTile = forwardTile + 1;
  requests.push({ id: forwardTile, bytes: tileLength, first: 0, last: 0 });
  requests.push({ id: backwardTile, bytes: tileLength, first: backward(0), last: backward(0) });
  const { offsets, totalBytes } = placeBuffers(requests);
  const at = (id: number): number => offsets.get(id) ?? 0;
  return {
    activations: layers.map((_, l) => at(l)),
    deltas: layers.slice(0, last).map((_, l) => at(layers.length + l)),
    forwardTile: at(forwardTile),
    backwardTile: at(backwardTile),
    tileLength,
    floats: totalBytes,
  };
}

/** Even tiles, none longer than `room` (but 32 are always allowed). */
function chooseTile(inputs: number, room: number): number {
  const longest = Math.max(SMALLEST_TILE, Math.floor(room / TILE_UNIT) * TILE_UNIT);
  const tiles = Math.ceil(inputs / longest);
  return tiles === 1 ? inputs : alignUp(Math.ceil(inputs / tiles), TILE_UNIT);
}

function stateFloats(layers: readonly TrainedLayer[]): number {
  return layers.reduce((n, l) => n + l.inputs * l.outputs, 0);
}

/** Exact sizes of the learning state: everything in it has four bytes, so there is no padding. */
export function planLearning(layers: readonly TrainedLayer[], spec: LearnSpec): LearnPlan {
  const bytes = (floats: (layer: TrainedLayer) => number): number => 4 * layers.reduce((n, l) => n + floats(l), 0);
  const weightBytes = bytes((l) => l.inputs * l.outputs);
  const biasBytes = bytes((l) => (l.op.bias === null ? 0 : l.outputs));
  const nodeSumBytes = bytes((l) => (hasNodeSums(l, spec) ? l.outputs : 0));
  const scratchBytes = 4 * planLearnScratch(layers).floats;
  const stateBytes = weightBytes + biasBytes + nodeSumBytes;
  return {
    trainedOps: layers.map((l) => l.op.name),
    weightBytes,
    biasBytes,
    activationBytes: bytes((l) => l.outputs),
    deltaBytes: bytes((l) => (l.hidden ? l.outputs : 0)),
    nodeSumBytes,
    stateBytes,
    scratchBytes,
    ramBytes: stateBytes + 4 + scratchBytes,
  };
}
