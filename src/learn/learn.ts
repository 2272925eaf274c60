import type { Board } from '../boards/descriptor.js';
import type { Device, LabelledInput } from '../device/device.js';
import { InstructionCounter, instructionsPerTick } from '../device/instruction-count.js';
import { ToolError } from '../errors/tool-error.js';
import { accuracyReport } from '../ir/accuracy.js';
import { readSample, type Samples } from '../ir/dataset.js';
import type { QuantizedGraph } from '../ir/graph.js';
import { LearnReference } from '../ir/learn/f32.js';
import type { LearnSpec } from '../ir/learn-spec.js';
import { quantizeInput } from '../ir/quantize-input.js';
import type { Integers } from '../ir/tensor.js';
import type { AccuracyReport, LearnReport } from '../ir/report.js';
import { silentProgress, type Progress } from '../util/progress.js';
import { Curve } from './curve.js';
import type { LearnData } from './learn-data.js';
import { LockStep } from './lock-step.js';
import { stateLayout } from './state-layout.js';

export interface LearnRun {
  readonly board: Board;
  /** The whole state is read back and compared every so many steps, and at the last. */
  readonly compareEverySteps: number;
  readonly progress?: Progress;
  readonly signal?: AbortSignal;
}

/**
 * A learning session: accuracy in the changed world and the old one, then one update per sample of the stream with
 * the host in lock-step, then accuracy again. Starts from the exported weights. A difference is a report with verdict
 * `fail` (`learnError` makes the error of it); a link that breaks is thrown.
 */
export async function learnOnDevice(
  device: Device,
  graph: QuantizedGraph,
  spec: LearnSpec,
  data: LearnData,
  run: LearnRun,
): Promise<LearnReport> {
  const { stream, heldOut, original } = data;
  const reference = new LearnReference(graph, spec);
  requireLearning(device, reference, data);
  const session = new Session(device, graph, reference, run);
  await device.resetLearning();
  const heldOutBefore = await session.accuracy('before', heldOut);
  const originalBefore = await session.accuracy('before, unchanged', original);

  const counter = new InstructionCounter(instructionsPerTick(run.board));
  const curve = new Curve(stream.count);
  const progress = run.progress ?? silentProgress;
  const quantized = session.quantizer(stream);
  const learned = await new LockStep(device, reference, {
    layout: stateLayout(graph, spec),
    steps: stream.count,
    sample: (step): LabelledInput => ({ input: quantized(step - 1), label: stream.labels[step - 1] }),
    compareEverySteps: run.compareEverySteps,
    counter,
    onStep: (seen) => {
      curve.add(seen);
      if (seen.step % 20 === 0 || seen.step === stream.count) {
        progress.update(`learn on ${run.board.id}`, seen.step, stream.count, curve.summary());
      }
    },
    ...(run.signal === undefined ? {} : { signal: run.signal }),
  }).run();

  const heldOutAfter = await session.accuracy('after', heldOut);
  const originalAfter = await session.accuracy('after, unchanged', original);
  const { stackHighWaterBytes } = await device.stats();
  const faults = learned.weightMismatches + learned.resultMismatches + session.predictMismatches;
  return {
    schemaVersion: 1,
    boardId: run.board.id,
    ...learned,
    predictMismatches: session.predictMismatches,
    accuracyBefore: heldOutBefore.accuracy,
    accuracyAfter: heldOutAfter.accuracy,
    originalBefore: originalBefore.accuracy,
    originalAfter: originalAfter.accuracy,
    accuracy: { heldOutBefore, heldOutAfter, originalBefore, originalAfter },
    window: curve.window,
    stackHighWaterBytes,
    instructions: counter.spread(),
    curve: curve.points,
    factors: curve.lastFactors,
    verdict: faults === 0 ? 'pass' : 'fail',
  };
}

/** Device and reference side by side outside the learning stream. */
class Session {
  predictMismatches = 0;

  constructor(
    private readonly device: Device,
    private readonly graph: QuantizedGraph,
    private readonly reference: LearnReference,
    private readonly run: LearnRun,
  ) {}

  /** What the device predicts now; every class is compared with the reference's. */
  async accuracy(label: string, samples: Samples): Promise<AccuracyReport> {
    const { device, graph, reference, run } = this;
    const quantized = this.quantizer(samples);
    const predicted = new Uint16Array(samples.count);
    const sent: Integers[] = [];
    function* inputs(): Generator<Integers> {
      for (let n = 0; n < samples.count; n++) {
        run.signal?.throwIfAborted();
        const input = quantized(n);
        sent.push(input);
        yield input;
      }
    }
    let n = 0;
    for await (const { classIndex } of device.predict(inputs())) {
      if (classIndex !== reference.predict(sent.shift()!)) this.predictMismatches++;
      predicted[n++] = classIndex;
      if (n % 50 === 0 || n === samples.count) {
        (run.progress ?? silentProgress).update(`accuracy ${label}`, n, samples.count);
      }
    }
    return accuracyReport(samples.labels, predicted, graph.classNames.length);
  }

  /** Samples by index as model input. */
  quantizer(samples: Samples): (index: number) => Integers {
    const real = new Float32Array(samples.inputSize);
    return (index) => {
      readSample(samples, index, real);
      return quantizeInput(this.graph, real);
    };
  }
}

function requireLearning(device: Device, reference: LearnReference, { stream, heldOut }: LearnData): void {
  const expected = reference.stateBytes().length;
  const { learns, learnStateBytes, boardId } = device.info;
  if (!learns || learnStateBytes !== expected) {
    const message = learns
      ? `The firmware on ${boardId} keeps ${learnStateBytes} bytes of learning state, the project's options make ${expected}.`
      : `The firmware on ${boardId} was built without a learning routine.`;
    throw new ToolError('LEARN_NOT_BUILT_IN', message, { context: { board: boardId, learnStateBytes, expected } });
  }
  if (stream.count === 0 || heldOut.count === 0) {
    const message = `A session needs samples: ${stream.count} to learn from, ${heldOut.count} held out.`;
    throw new ToolError('LEARN_NO_SAMPLES', message, { context: { steps: stream.count, heldOut: heldOut.count } });
  }
}
