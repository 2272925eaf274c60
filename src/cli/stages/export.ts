import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { firstSamples } from '../../ir/dataset.js';
import type { CFile, CSources } from '../../ir/c-sources.js';
import { quantizeInput } from '../../ir/quantize-input.js';
import type { Integers } from '../../ir/tensor.js';
import { readSample } from '../../ir/dataset.js';
import { exportC } from '../../export/export.js';
import type { StageResult } from '../../runs/stage.js';
import { canonicalJson, sha256Hex } from '../../util/digest.js';
import { seededSamples } from '../../verify/seeded-samples.js';
import { toolVersion } from '../../util/package-root.js';
import { firmwareLibrary } from '../firmware-library.js';
import type { ProjectSession } from '../project-session.js';
import { dataInputs, dataset } from './data.js';
import { readJson } from './graph-on-disk.js';
import { optimized } from './optimize.js';
import { quantized } from './quantize.js';

/** Samples built into the exported self-test. */
const SELF_TEST_SAMPLES = 8;

export interface Exported {
  readonly sources: CSources;
  /** Folder of the C files, ready to copy. */
  readonly dir: string;
  readonly result: StageResult;
}

/** Stage `export/<board>`: c/ holds the generated directory, export.json what is known of it. */
export function exported(session: ProjectSession): Promise<Exported> {
  return session.once('export', async () => {
    const { config, board } = session;
    const model = await quantized(session);
    const library = firmwareLibrary();
    const result = await session.bring({
      id: `export/${board.id}`,
      version: 12,
      options: {
        learn: config.learn?.spec ?? null,
        kernels: board.chip.kernels,
        streaming: config.export.streaming,
        selfTest: SELF_TEST_SAMPLES,
      },
      inputs: {
        quantize: model.result.digest,
        library: sha256Hex(canonicalJson(library)),
        ...(await dataInputs(session)),
      },
      seed: null,
      run: async (output) => {
        const { graph } = await optimized(session);
        const { output: sources, report } = exportC(graph, {
          learn: config.learn?.spec ?? null,
          kernels: board.chip.kernels,
          streaming: config.export.streaming,
          library,
          selfTest: await selfTest(session),
          toolVersion: toolVersion(),
        });
        for (const { path, text } of sources.files) output.write(`c/${path}`, text);
        const files = sources.files.map((file) => file.path);
        output.writeJson('export.json', { sources: { ...sources, files }, report });
      },
    });
    return { sources: readSources(result.dir), dir: join(result.dir, 'c'), result };
  });
}

async function selfTest(session: ProjectSession): Promise<{ inputs: Integers[]; labels: number[] }> {
  const { graph } = await quantized(session);
  const { config } = session;
  const samples =
    config.imported === null
      ? firstSamples((await dataset(session)).test, SELF_TEST_SAMPLES)
      : seededSamples(graph, SELF_TEST_SAMPLES, config.seed);
  const real = new Float32Array(samples.inputSize);
  const inputs = Array.from({ length: samples.count }, (_, n) => {
    readSample(samples, n, real);
    return quantizeInput(graph, real);
  });
  return { inputs, labels: [...samples.labels] };
}

function readSources(dir: string): CSources {
  const stored = readJson<{ sources: Omit<CSources, 'files'> & { files: string[] } }>(dir, 'export.json').sources;
  const files = stored.files.map((path): CFile => ({ path, text: readFileSync(join(dir, 'c', path), 'utf8') }));
  return { ...stored, files };
}
