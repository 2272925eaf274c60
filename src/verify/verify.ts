import type { Board } from '../boards/descriptor.js';
import type { Device } from '../device/device.js';
import { InstructionCounter, instructionsPerTick } from '../device/instruction-count.js';
import { ToolError } from '../errors/tool-error.js';
import { firstSamples, type Samples } from '../ir/dataset.js';
import type { FloatGraph, QuantizedGraph } from '../ir/graph.js';
import { Int8Answers } from '../ir/int8-answers.js';
import { evaluateFloat } from '../ir/evaluate.js';
import type { InstructionSpread, OutputMismatch, VerifyReport } from '../ir/report.js';
import { elementCount, fromBytes, type Integers } from '../ir/tensor.js';
import { silentProgress, type Progress } from '../util/progress.js';
import { firstDifference, locateDivergence } from './compare.js';
import { ReferenceRunner } from './runners/reference.js';

export interface VerifyRun {
  readonly board: Board;
  /**
   * The network as the device runs it, if exact passes have changed it: where an answer is wrong, its ops are followed one
   * by one. The answers themselves are held against `graph`.
   */
  readonly deployed?: QuantizedGraph;
  /** Tensors of that network of which only some rows are ever there, so that they cannot be looked at. */
  readonly streamed?: ReadonlySet<number>;
  /** How many of the samples go through the device, from the first on. */
  readonly samples: number | 'all';
  /** The float network, for the first of the three accuracies; null: the samples have no labels. */
  readonly float: FloatGraph | null;
  readonly progress?: Progress;
  readonly signal?: AbortSignal;
  /** Milliseconds of a steady clock, for the link's rates. */
  readonly now: () => number;
}

/**
 * Streams test samples through the device and compares every output byte with the integer reference. A difference is
 * a report with verdict `fail` (`verifyError` makes the error of it); a link that breaks is thrown.
 */
export async function verify(
  device: Device,
  graph: QuantizedGraph,
  testSamples: Samples,
  run: VerifyRun,
): Promise<VerifyReport> {
  const samples = run.samples === 'all' ? testSamples : firstSamples(testSamples, run.samples);
  requireSamples(graph, samples);
  const progress = run.progress ?? silentProgress;
  const reference = new ReferenceRunner(graph, samples);
  const int8 = new Int8Answers(graph, samples);
  const seen = new Int8Answers(graph, samples);
  let mismatches = 0;
  let mismatchedSamples = 0;
  let firstMismatch: OutputMismatch | null = null;

  const sent: Integers[] = [];
  function* inputs(): Generator<Integers> {
    for (let n = 0; n < samples.count; n++) {
      run.signal?.throwIfAborted();
      const input = reference.input(n);
      sent.push(input);
      yield input;
    }
  }

  const linkBefore = { ...device.link };
  const began = run.now();
  let sample = 0;
  for await (const { output: bytes } of device.infer(inputs())) {
    run.signal?.throwIfAborted();
    const output = fromBytes(graph.tensors[graph.output], bytes);
    const expected = reference.run(sent.shift()!);
    int8.add(sample, expected);
    seen.add(sample, output);
    const element = firstDifference(expected, output);
    if (element >= 0) {
      mismatchedSamples++;
      for (let i = 0; i < expected.length; i++) if (expected[i] !== output[i]) mismatches++;
      firstMismatch ??= { sample, element, expected: expected[element], actual: output[element] };
    }
    sample++;
    progress.update(`verify on ${run.board.id}`, sample, samples.count, `${mismatches} mismatches`);
  }
  requireAll(sample, samples.count, run.board.id);
  const seconds = Math.max(run.now() - began, 1e-3) / 1000;
  const link = device.link;
  const bytes = link.bytesSent + link.bytesReceived - linkBefore.bytesSent - linkBefore.bytesReceived;

  const firstDivergence =
    firstMismatch === null
      ? null
      : await locateDivergence(
          device,
          run.deployed ?? graph,
          firstMismatch.sample,
          reference.input(firstMismatch.sample),
          run.streamed,
        );
  return {
    schemaVersion: 1,
    boardId: run.board.id,
    samples: samples.count,
    mismatches,
    mismatchedSamples,
    firstMismatch,
    firstDivergence,
    float: run.float === null ? null : evaluateFloat(run.float, samples),
    int8: run.float === null ? null : int8.report(),
    device: run.float === null ? null : seen.report(),
    instructions: await countInstructions(device, reference, samples.count, run),
    stackHighWaterBytes: (await device.stats()).stackHighWaterBytes,
    link: {
      samplesPerSecond: samples.count / seconds,
      bytesPerSecond: bytes / seconds,
      retransmissions: link.retransmissions - linkBefore.retransmissions,
      lostFrames: link.lostFrames - linkBefore.lostFrames,
    },
    verdict: mismatches === 0 ? 'pass' : 'fail',
  };
}

/** Samples that are sent again, one at a time, for their instruction counts. */
const COUNTED_SAMPLES = 20;

/**
 * Instructions per inference with one request in flight: in a full stream the receive interrupts of later samples fall
 * into the count. Null where the board does not count.
 */
async function countInstructions(
  device: Device,
  reference: ReferenceRunner,
  samples: number,
  run: VerifyRun,
): Promise<InstructionSpread | null> {
  const perTick = instructionsPerTick(run.board);
  if (perTick === null) return null;
  const counter = new InstructionCounter(perTick);
  for (let n = 0; n < Math.min(COUNTED_SAMPLES, samples); n++) {
    run.signal?.throwIfAborted();
    for await (const { ticks } of device.infer([reference.input(n)])) counter.add(ticks);
  }
  return counter.spread();
}

/** A device that answers fewer samples than it was given would otherwise pass. */
function requireAll(answered: number, sent: number, boardId: string): void {
  if (answered === sent) return;
  const message = `${boardId} answered ${answered} of ${sent} samples.`;
  throw new ToolError('DEVICE_LOST_ANSWERS', message, { context: { board: boardId, answered, sent } });
}

function requireSamples(graph: QuantizedGraph, samples: Samples): void {
  const inputs = elementCount(graph.tensors[graph.input].shape);
  if (samples.count > 0 && samples.inputSize === inputs) return;
  const message =
    samples.count === 0
      ? 'There is no test sample to send to the device.'
      : `A test sample has ${samples.inputSize} values, but the model takes ${inputs}.`;
  throw new ToolError('VERIFY_NO_SAMPLES', message, {
    context: { samples: samples.count, inputSize: samples.inputSize, expected: inputs },
  });
}
