import { ToolError } from '../errors/tool-error.js';
import { littleEndianBytes, nativeBuffer } from '../util/bytes.js';
import { canonicalJson, sha256Hex } from '../util/digest.js';
import type { Graph } from './graph.js';
import { packInt4, unpackInt4 } from './int4.js';
import type { Tensor, TensorData } from './tensor.js';
import { elementCount, tensorBytes } from './tensor.js';
import { validateGraph } from './validate-graph.js';

/** A graph on disk: readable structure beside the constants' bytes. Same graph, same bytes. */
export interface GraphFiles {
  /** Canonical JSON; each constant's `data` is `{ offset }` into `bin`. */
  readonly json: string;
  /** All constants in order of their ids, little-endian, each at a multiple of 4. */
  readonly bin: Uint8Array;
}

interface StoredData {
  readonly offset: number;
}

type StoredTensor = Omit<Tensor, 'data'> & { readonly data: StoredData | null };
type StoredGraph = Omit<Graph, 'tensors'> & { readonly tensors: readonly StoredTensor[]; readonly binSha256: string };

const ALIGN = 4;

/** A graph as two files. The JSON carries the digest of the binary, so that a mixed-up pair is refused. */
export function graphToFiles(graph: Graph): GraphFiles {
  const chunks: Uint8Array[] = [];
  let offset = 0;
  const tensors = graph.tensors.map((tensor): StoredTensor => {
    if (tensor.data === null) return { ...tensor, data: null };
    const bytes = littleEndianBytes(tensor.dtype === 'int4' ? packInt4(tensor.data as Int8Array) : tensor.data);
    const stored = { ...tensor, data: { offset } };
    const padded = new Uint8Array(Math.ceil(bytes.length / ALIGN) * ALIGN);
    padded.set(bytes);
    chunks.push(padded);
    offset += padded.length;
    return stored;
  });
  const bin = new Uint8Array(offset);
  let at = 0;
  for (const chunk of chunks) {
    bin.set(chunk, at);
    at += chunk.length;
  }
  const stored: StoredGraph = { ...graph, tensors, binSha256: sha256Hex(bin) };
  return { json: `${canonicalJson(stored)}\n`, bin };
}

/** Reads what {@link graphToFiles} wrote: GRAPH_CORRUPT if it is damaged, GRAPH_INVALID if it breaks a rule. */
export function graphFromFiles(json: string, bin: Uint8Array): Graph {
  const stored = parse(json);
  const digest = sha256Hex(bin);
  if (digest !== stored.binSha256) {
    throw corrupt(`its binary part has ${bin.length} bytes with SHA-256 ${digest}, expected ${stored.binSha256}`);
  }
  const { binSha256: _digest, ...graph } = stored;
  const tensors = stored.tensors.map((tensor): Tensor => ({ ...tensor, data: load(tensor, bin) }));
  return validateGraph({ ...graph, tensors });
}

/** SHA-256 (hex) of what the graph computes: everything but its provenance. */
export function graphDigest(graph: Graph): string {
  const { json, bin } = graphToFiles({ ...graph, provenance: { toolVersion: '', seed: null, inputs: {} } });
  return sha256Hex(json, bin);
}

function parse(json: string): StoredGraph {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (cause) {
    throw corrupt('its JSON does not parse', cause);
  }
  const graph = value as Partial<StoredGraph> | null;
  if (typeof graph !== 'object' || graph === null) throw corrupt('its JSON is not an object');
  if (graph.schemaVersion !== 1)
    throw corrupt(`its schemaVersion is ${String(graph.schemaVersion)}, this tool reads 1`);
  const lists = [graph.tensors, graph.ops, graph.classNames];
  if (!lists.every(Array.isArray) || typeof graph.name !== 'string' || typeof graph.binSha256 !== 'string') {
    throw corrupt('its JSON lacks a member');
  }
  const whole = graph.tensors!.every((t) => typeof t === 'object' && t !== null && Array.isArray(t.shape));
  if (!whole) throw corrupt('a tensor lacks a member');
  return graph as StoredGraph;
}

function load(tensor: StoredTensor, bin: Uint8Array): TensorData | null {
  if (tensor.data === null || tensor.data === undefined) return null;
  const { offset } = tensor.data;
  const bytes = tensorBytes(tensor);
  if (!(Number.isInteger(offset) && offset >= 0 && Number.isInteger(bytes) && offset + bytes <= bin.length)) {
    throw corrupt(`tensor '${tensor.name}' lies outside the binary part`);
  }
  const buffer = (elementBytes: number): ArrayBuffer => nativeBuffer(bin, offset, bytes, elementBytes);
  switch (tensor.dtype) {
    case 'float32':
      return new Float32Array(buffer(4));
    case 'int32':
      return new Int32Array(buffer(4));
    case 'int16':
      return new Int16Array(buffer(2));
    case 'int8':
      return new Int8Array(buffer(1));
    case 'int4':
      return unpackInt4(new Int8Array(buffer(1)), elementCount(tensor.shape));
  }
}

function corrupt(why: string, cause?: unknown): ToolError {
  return new ToolError(
    'GRAPH_CORRUPT',
    `The saved model cannot be read: ${why}.`,
    cause === undefined ? {} : { cause },
  );
}
