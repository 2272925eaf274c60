import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { graphFromFiles, graphToFiles } from '../../ir/graph-file.js';
import type { FloatGraph, Graph, QuantizedGraph } from '../../ir/graph.js';
import type { StageOutput } from '../../runs/stage-output.js';

/** A network in a stage folder: model.json and model.bin. */
export function writeGraph(output: StageOutput, graph: Graph): void {
  const { json, bin } = graphToFiles(graph);
  output.write('model.json', json);
  output.write('model.bin', bin);
}

function readGraph(dir: string): Graph {
  return graphFromFiles(readFileSync(join(dir, 'model.json'), 'utf8'), readFileSync(join(dir, 'model.bin')));
}

export function readFloatGraph(dir: string): FloatGraph {
  return readGraph(dir) as FloatGraph;
}

export function readQuantizedGraph(dir: string): QuantizedGraph {
  return readGraph(dir) as QuantizedGraph;
}

export function readJson<T>(dir: string, file: string): T {
  return JSON.parse(readFileSync(join(dir, file), 'utf8')) as T;
}
