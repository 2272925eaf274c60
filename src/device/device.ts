import type { Integers } from '../ir/tensor.js';
import type { FactorSpread } from '../ir/telemetry.js';

/** What a device says of itself in HELLO. */
export interface DeviceInfo {
  readonly protocolVersion: number;
  readonly firmwareVersion: string;
  readonly boardId: string;
  readonly modelName: string;
  /** SHA-256 (hex) of the model the firmware carries; equals `CSources.modelDigest`. */
  readonly modelDigest: string;
  /** Longest frame, encoded, that the device takes. */
  readonly maxFrameBytes: number;
  /** Encoded bytes the host may have in flight: never more than the device's receive ring. */
  readonly windowBytes: number;
  /** Results the device keeps for retransmission: how many result-bearing requests may be in flight. */
  readonly replySlots: number;
  readonly inputBytes: number;
  readonly outputBytes: number;
  /** What a zero-run in a sample stands for; equals the zero point of the graph's input. */
  readonly inputZeroPoint: number;
  readonly opCount: number;
  readonly learns: boolean;
  /** Bytes of the compared learning state: weights, biases and node sums (docs/numerics.md). */
  readonly learnStateBytes: number;
  /** Hidden layers that have a modulation factor. */
  readonly factorLayers: number;
  /** Rate of the counter behind `ticks`; 0 where there is none. */
  readonly ticksPerSecond: number;
  /** Changes at every reset. */
  readonly bootId: number;
}

export interface InferResult {
  /** Bytes of the output tensor: `fromBytes` makes numbers of them. */
  readonly output: Int8Array;
  readonly ticks: number;
}

export interface PredictResult {
  readonly classIndex: number;
  readonly ticks: number;
}

export interface LearnResult {
  /** The device's own prediction before the update. */
  readonly classIndex: number;
  /** Cross-entropy before the update, a float32 value. */
  readonly loss: number;
  /** Counter ticks of the step alone: neither the hash nor the link. */
  readonly ticks: number;
  /** Hash of the learning state after the update (docs/numerics.md). */
  readonly hash: number;
  readonly factors: readonly FactorSpread[];
}

/** An unsolicited telemetry frame: what the device says of one learning step. The monitor adds the time. */
export interface TelemetryFrame {
  /** Learning steps since the weights were initialised. */
  readonly step: number;
  /** Cross-entropy before the update, a float32 value. */
  readonly loss: number;
  /** Did the device's own prediction, before the update, match the label? */
  readonly correct: boolean;
  readonly ticks: number;
  readonly layers: readonly FactorSpread[];
}

/** `disconnected`: the wire is gone; `reset`: the device restarted (new bootId); `connected`: greeted again. */
export type LinkState = 'connected' | 'disconnected' | 'reset';

/** Ends a subscription; calling it twice does nothing more. */
export type Unsubscribe = () => void;

export interface LabelledInput {
  readonly input: Integers;
  readonly label: number;
}

export interface DeviceStats {
  readonly framesReceived: number;
  readonly badFrames: number;
  readonly droppedBytes: number;
  readonly learnSteps: number;
  /** Deepest stack seen since boot; null where it is not painted. */
  readonly stackHighWaterBytes: number | null;
}

/** Counted by the host since the session began. */
export interface LinkStats {
  readonly bytesSent: number;
  readonly bytesReceived: number;
  readonly retransmissions: number;
  /** Frames from the device that never came, by gaps in its numbering. */
  readonly lostFrames: number;
  /** Chunks on the wire that were neither a valid frame nor text. */
  readonly badFrames: number;
}

/**
 * A board that answers: the same for a process, an emulator and silicon. Requests are delivered exactly once and in
 * order whatever the wire does (docs/protocol.md); what cannot be repaired is a ToolError. The streaming calls keep
 * the window full and yield results in order.
 */
export interface Device {
  readonly info: DeviceInfo;
  infer(inputs: Iterable<Integers>): AsyncIterable<InferResult>;
  predict(inputs: Iterable<Integers>): AsyncIterable<PredictResult>;
  learn(samples: Iterable<LabelledInput>): AsyncIterable<LearnResult>;
  /** Runs only the first `opCount` ops on `input`, so that the output of the last of them can be read. */
  inferOps(input: Integers, opCount: number): Promise<void>;
  /** Bytes of a tensor of the arena by its graph id. Only the last op's output is sure to be whole. */
  readTensor(tensorId: number, byteCount: number): Promise<Int8Array>;
  /** Weights, biases and node sums as the hash walks them, little-endian. */
  readLearnState(): Promise<Uint8Array>;
  /** Back to the exported weights, step 0. */
  resetLearning(): Promise<void>;
  /** Asks for a telemetry frame every `everySteps` learning steps; 0 stops them. */
  setTelemetry(everySteps: number): Promise<void>;
  /** Payload that the device checks and throws away: measures the link. */
  sink(payloads: Iterable<Uint8Array>): AsyncIterable<number>;
  stats(): Promise<DeviceStats>;
  readonly link: LinkStats;
  /** Telemetry frames as they arrive. Lost ones show in `link.lostFrames`, never as an error. */
  onTelemetry(listener: (frame: TelemetryFrame) => void): Unsubscribe;
  /** Lines of plain text that came through the wire, without their line end. */
  onText(listener: (line: string) => void): Unsubscribe;
  onState(listener: (state: LinkState) => void): Unsubscribe;
  /** Opens a new session after DEVICE_RESET: `info` is fresh, learning has started over. */
  greet(): Promise<void>;
  /** Restarts the firmware and greets it again; learning starts over. */
  reset(): Promise<void>;
  close(): Promise<void>;
}
