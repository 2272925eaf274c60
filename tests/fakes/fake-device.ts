import type {
  Device,
  DeviceInfo,
  DeviceStats,
  InferResult,
  LabelledInput,
  LearnResult,
  LinkState,
  LinkStats,
  PredictResult,
  TelemetryFrame,
  Unsubscribe,
} from '../../src/device/device.js';
import type { QuantizedGraph } from '../../src/ir/graph.js';
import { runInt8 } from '../../src/ir/interpret.js';
import type { FactorSpread } from '../../src/ir/telemetry.js';
import { bytesOf, elementCount, type Integers } from '../../src/ir/tensor.js';

/** The part of the learning reference that the fake device runs. */
export interface Learner {
  reset(): void;
  step(input: Integers, label: number): { classIndex: number; loss: number; factors: readonly FactorSpread[] };
  predict(input: Integers): number;
  hash(): number;
  stateBytes(): Uint8Array;
}

/** What goes wrong on a fake device; nothing unless set. */
export interface Faults {
  /** Flip the low bit of this output element of this op, for this sample only (counted over infer calls) or always. */
  op?: { opIndex: number; element: number; sample?: number };
  /** After learning step `step` (from 1), flip bit `bit` of state word `word`. */
  state?: { step: number; word: number; bit: number; once?: boolean };
  /** A wrong hash at this step, over right weights. */
  hashAtStep?: number;
  /** Learning runs this many samples ahead of what was answered, as a full window does. */
  ahead?: number;
  /** Report a wrong loss at this step. */
  lossAtStep?: number;
  /** Answer this prediction (counted from 0) with the next class. */
  predict?: number;
  /** Throw when this many samples were answered. */
  breakAfter?: number;
}

/** A device in memory: the references behind the interface, with faults that can be switched on. */
export class FakeDevice implements Device {
  readonly info: DeviceInfo;
  readonly link: LinkStats = { bytesSent: 0, bytesReceived: 0, retransmissions: 0, lostFrames: 0, badFrames: 0 };
  closed = false;
  learnSteps = 0;
  resets = 0;
  telemetryEvery = 0;
  private inferred = 0;
  private predicted = 0;
  private answered = 0;
  private tensors = new Map<number, Integers>();
  private flipped = false;
  private flips: { word: number; bit: number }[] = [];
  private readonly telemetry = new Set<(frame: TelemetryFrame) => void>();
  private readonly text = new Set<(line: string) => void>();
  private readonly state = new Set<(state: LinkState) => void>();

  constructor(
    private readonly graph: QuantizedGraph,
    private readonly learner: Learner | null = null,
    private readonly faults: Faults = {},
  ) {
    this.info = {
      protocolVersion: 1,
      firmwareVersion: '0.0.0',
      boardId: 'fake',
      modelName: graph.name,
      modelDigest: '00'.repeat(32),
      maxFrameBytes: 1024,
      windowBytes: 4096,
      replySlots: 16,
      inputBytes: elementCount(graph.tensors[graph.input].shape),
      outputBytes: elementCount(graph.tensors[graph.output].shape),
      inputZeroPoint: graph.tensors[graph.input].quant?.zeroPoint[0] ?? 0,
      opCount: graph.ops.length,
      learns: learner !== null,
      learnStateBytes: learner?.stateBytes().length ?? 0,
      factorLayers: 0,
      ticksPerSecond: 25_000_000,
      bootId: 1,
    };
  }

  async *infer(inputs: Iterable<Integers>): AsyncIterable<InferResult> {
    for (const input of inputs) {
      this.tick();
      this.runOps(input, this.graph.ops.length, this.inferred++);
      yield { output: bytesOf(this.tensors.get(this.graph.output)!), ticks: 1000 + (this.inferred % 3) };
    }
  }

  async *predict(inputs: Iterable<Integers>): AsyncIterable<PredictResult> {
    for (const input of inputs) {
      this.tick();
      const right = this.learner!.predict(input);
      const wrong = this.faults.predict === this.predicted++;
      yield { classIndex: wrong ? (right + 1) % this.graph.classNames.length : right, ticks: 2000 };
    }
  }

  async *learn(samples: Iterable<LabelledInput>): AsyncIterable<LearnResult> {
    const done: LearnResult[] = [];
    for (const { input, label } of samples) {
      this.tick();
      done.push(this.learnOne(input, label));
      if (done.length > (this.faults.ahead ?? 0)) yield done.shift()!;
    }
    yield* done;
  }

  private learnOne(input: Integers, label: number): LearnResult {
    const { classIndex, loss, factors } = this.learner!.step(input, label);
    const step = ++this.learnSteps;
    const { state, lossAtStep, hashAtStep } = this.faults;
    if (state?.step === step && !(state.once === true && this.flipped)) {
      this.flips.push(state);
      this.flipped = true;
    }
    const told = lossAtStep === step ? loss + 1 : loss;
    if (this.telemetryEvery > 0 && step % this.telemetryEvery === 0) {
      this.emitTelemetry({ step, loss: told, correct: classIndex === label, ticks: 5000, layers: factors });
    }
    const wrong = this.flips.length > 0 || hashAtStep === step;
    return { classIndex, loss: told, ticks: 5000, hash: (this.learner!.hash() ^ (wrong ? 0x5a5a : 0)) >>> 0, factors };
  }

  async inferOps(input: Integers, opCount: number): Promise<void> {
    this.runOps(input, opCount, null);
  }

  async readTensor(tensorId: number, byteCount: number): Promise<Int8Array> {
    return bytesOf(this.tensors.get(tensorId)!).slice(0, byteCount);
  }

  async readLearnState(): Promise<Uint8Array> {
    const bytes = this.learner!.stateBytes().slice();
    for (const { word, bit } of this.flips) bytes[4 * word + (bit >> 3)] ^= 1 << (bit & 7);
    return bytes;
  }

  async resetLearning(): Promise<void> {
    this.resets++;
    this.learnSteps = 0;
    this.flips = [];
    this.learner!.reset();
  }

  async setTelemetry(everySteps: number): Promise<void> {
    this.telemetryEvery = everySteps;
  }

  async *sink(payloads: Iterable<Uint8Array>): AsyncIterable<number> {
    for (const payload of payloads) yield payload.length;
  }

  async stats(): Promise<DeviceStats> {
    const none = { framesReceived: this.answered, badFrames: 0, droppedBytes: 0 };
    return { ...none, learnSteps: this.learnSteps, stackHighWaterBytes: 768 };
  }

  onTelemetry(listener: (frame: TelemetryFrame) => void): Unsubscribe {
    this.telemetry.add(listener);
    return () => void this.telemetry.delete(listener);
  }

  onText(listener: (line: string) => void): Unsubscribe {
    this.text.add(listener);
    return () => void this.text.delete(listener);
  }

  onState(listener: (state: LinkState) => void): Unsubscribe {
    this.state.add(listener);
    return () => void this.state.delete(listener);
  }

  emitTelemetry(frame: TelemetryFrame): void {
    for (const listener of this.telemetry) listener(frame);
  }

  emitText(line: string): void {
    for (const listener of this.text) listener(line);
  }

  emitState(state: LinkState): void {
    for (const listener of this.state) listener(state);
  }

  async greet(): Promise<void> {
    await Promise.resolve();
  }

  async reset(): Promise<void> {
    await this.resetLearning();
  }

  async close(): Promise<void> {
    this.closed = true;
  }

  private tick(): void {
    if (this.faults.breakAfter === this.answered) throw new Error('the wire is gone');
    this.answered++;
  }

  private runOps(input: Integers, opCount: number, sample: number | null): void {
    const { tensors } = runInt8(this.graph, input, opCount);
    this.tensors = new Map(tensors);
    const fault = this.faults.op;
    if (fault === undefined || fault.opIndex >= opCount) return;
    if (fault.sample !== undefined && fault.sample !== sample) return;
    // Later ops are not run again on the spoiled value: the network's output is spoiled by hand.
    const last = this.graph.ops.length - 1;
    this.tensors.get(this.graph.ops[fault.opIndex].output)![fault.element] ^= 1;
    if (opCount > last && fault.opIndex < last) this.tensors.get(this.graph.output)![0] ^= 1;
  }
}
