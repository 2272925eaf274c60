// Generated from protocol/messages.json by scripts/generate-protocol.mjs; edit that and run it again.
import { Parser } from 'binary-parser';

export const PROTOCOL_VERSION = 1;

/** Message types: the first byte of a frame. */
export const MESSAGE = {
  /** Opens a session: the next request must carry the sequence number after this one. A late copy with the nonce of the running or the previous session changes nothing. The first two fields, and those of the answer, keep their place in every protocol version. */
  hello: 0x81,
  /** A chunk of an input, written straight into the input tensor; the chunk flagged LAST starts the op. Chunks of one input follow each other in order and carry the same op and label; only the last is answered. */
  sample: 0x82,
  /** Runs the first ops of the network on the input stored before (op STORE). */
  inferOps: 0x83,
  /** Reads bytes of a tensor in the arena. */
  readTensor: 0x84,
  /** Reads bytes of the compared learning state (docs/numerics.md). */
  readState: 0x85,
  /** Back to the exported weights, step 0. */
  resetLearning: 0x86,
  /** Asks for a TELEMETRY message every so many learning steps. */
  telemetryEvery: 0x87,
  /** Asks for the device's counters. */
  readStats: 0x88,
  /** Payload that is checked and thrown away: measures the link. */
  sink: 0x89,
  /** Restarts the device once the answer is out. A new HELLO is needed. */
  reset: 0x8a,
  /** What the device is. Sent for every HELLO; where the versions differ, no session is opened. */
  greeting: 0xc1,
  /** The request was carried out. */
  done: 0xc2,
  /** Result of INFER. */
  inferred: 0xc3,
  /** Result of PREDICT. */
  predicted: 0xc4,
  /** Result of LEARN. */
  learned: 0xc5,
  /** Result of a read. */
  data: 0xc6,
  /** Counters since the device started. */
  stats: 0xc7,
  /** The request was refused. It counts as executed. Only the model's input may hold part of a refused sample: send the sample again from its start. */
  error: 0xc8,
  /** Where the device stands: sent once when a request comes too early (one before it was lost), and after every PROBE. */
  sync: 0xc9,
  /** Unasked report of a learning step. Numbered by itself; never sent again. */
  telemetry: 0xca,
} as const;

/** Flags: the second byte of a frame. */
export const FLAG = {
  /** SAMPLE: the last chunk of this input; the one that is answered. */
  last: 0x01,
  /** SAMPLE: the data is zero-run coded. */
  coded: 0x02,
  /** Any request: a SYNC follows whatever the answer is. Set after a silence and on a chunk that fills the window. */
  probe: 0x80,
} as const;

/** What SAMPLE does with the input. */
export const SAMPLE_OP = {
  /** Only put the input into its tensor. Answer: DONE. */
  store: 0,
  /** Run the int8 network. Answer: INFERRED. */
  infer: 1,
  /** Run the network with the learned layers. Answer: PREDICTED. */
  predict: 2,
  /** One learning step with the label. Answer: LEARNED. */
  learn: 3,
} as const;

/** Codes of ERROR. */
export const REFUSED = {
  /** No HELLO since the device started. Detail: 0. */
  noSession: 1,
  /** The firmware does not know this type. Detail: the type. */
  unknownMessage: 2,
  /** Payload too short, or zero-run coding that does not end. Detail: its length. */
  malformed: 3,
  /** A chunk out of place, beyond the input, or a last chunk that leaves a gap. Detail: the offset expected. */
  badChunk: 4,
  /** Unknown op, or more ops than the model has. Detail: the op or count. */
  badOp: 5,
  /** The firmware was built without learning. Detail: 0. */
  notLearning: 6,
  /** The label is not a class of the model. Detail: the label. */
  badLabel: 7,
  /** No such tensor in the arena. Detail: the id. */
  badTensor: 8,
  /** A read beyond the end, or of more bytes than a reply holds. Detail: the bytes available from the offset. */
  badRange: 9,
} as const;

/** Modulation factors of one hidden layer at one learning step. */
export interface Spread {
  /** Smallest factor. */
  readonly min: number;
  /** Mean over the layer's nodes. */
  readonly mean: number;
  /** Largest factor. */
  readonly max: number;
}

/** Opens a session: the next request must carry the sequence number after this one. A late copy with the nonce of the running or the previous session changes nothing. The first two fields, and those of the answer, keep their place in every protocol version. */
export interface Hello {
  /** The version the host speaks. */
  readonly protocolVersion: number;
  /** Chosen at random for each session. */
  readonly nonce: number;
}

/** Payload bytes of HELLO before the first part of open length. */
export const HELLO_FIXED_BYTES = 5;

/** Payload of HELLO. */
export function writeHello(message: Hello): Uint8Array {
  const payload = new Uint8Array(5);
  const view = new DataView(payload.buffer);
  view.setUint8(0, message.protocolVersion);
  view.setUint32(1, message.nonce, true);
  return payload;
}

/** A chunk of an input, written straight into the input tensor; the chunk flagged LAST starts the op. Chunks of one input follow each other in order and carry the same op and label; only the last is answered. */
export interface Sample {
  /** What to do with the whole input (see ops). */
  readonly op: number;
  /** Class index for LEARN, else 0. */
  readonly label: number;
  /** Where in the input tensor the decoded data begins. In bytes. */
  readonly offset: number;
  /** Input bytes (int8), zero-run coded when flagged CODED. */
  readonly data: Uint8Array;
}

/** Payload bytes of SAMPLE before the first part of open length. */
export const SAMPLE_FIXED_BYTES = 7;

/** Payload of SAMPLE. */
export function writeSample(message: Sample): Uint8Array {
  const payload = new Uint8Array(7 + message.data.length);
  const view = new DataView(payload.buffer);
  view.setUint8(0, message.op);
  view.setUint16(1, message.label, true);
  view.setUint32(3, message.offset, true);
  payload.set(message.data, 7);
  return payload;
}

/** Runs the first ops of the network on the input stored before (op STORE). */
export interface InferOps {
  /** How many ops, 1 to the model's count. */
  readonly opCount: number;
}

/** Payload bytes of INFER_OPS before the first part of open length. */
export const INFER_OPS_FIXED_BYTES = 2;

/** Payload of INFER_OPS. */
export function writeInferOps(message: InferOps): Uint8Array {
  const payload = new Uint8Array(2);
  const view = new DataView(payload.buffer);
  view.setUint16(0, message.opCount, true);
  return payload;
}

/** Reads bytes of a tensor in the arena. */
export interface ReadTensor {
  /** Index of the tensor in the graph. */
  readonly tensorId: number;
  /** From the tensor's first byte. In bytes. */
  readonly offset: number;
  /** How many. In bytes. */
  readonly count: number;
}

/** Payload bytes of READ_TENSOR before the first part of open length. */
export const READ_TENSOR_FIXED_BYTES = 8;

/** Payload of READ_TENSOR. */
export function writeReadTensor(message: ReadTensor): Uint8Array {
  const payload = new Uint8Array(8);
  const view = new DataView(payload.buffer);
  view.setUint16(0, message.tensorId, true);
  view.setUint32(2, message.offset, true);
  view.setUint16(6, message.count, true);
  return payload;
}

/** Reads bytes of the compared learning state (docs/numerics.md). */
export interface ReadState {
  /** From the state's first byte. In bytes. */
  readonly offset: number;
  /** How many. In bytes. */
  readonly count: number;
}

/** Payload bytes of READ_STATE before the first part of open length. */
export const READ_STATE_FIXED_BYTES = 6;

/** Payload of READ_STATE. */
export function writeReadState(message: ReadState): Uint8Array {
  const payload = new Uint8Array(6);
  const view = new DataView(payload.buffer);
  view.setUint32(0, message.offset, true);
  view.setUint16(4, message.count, true);
  return payload;
}

/** Asks for a TELEMETRY message every so many learning steps. */
export interface TelemetryEvery {
  /** Steps between messages; 0 for none. */
  readonly steps: number;
}

/** Payload bytes of TELEMETRY_EVERY before the first part of open length. */
export const TELEMETRY_EVERY_FIXED_BYTES = 2;

/** Payload of TELEMETRY_EVERY. */
export function writeTelemetryEvery(message: TelemetryEvery): Uint8Array {
  const payload = new Uint8Array(2);
  const view = new DataView(payload.buffer);
  view.setUint16(0, message.steps, true);
  return payload;
}

/** Payload that is checked and thrown away: measures the link. */
export interface Sink {
  /** Anything. */
  readonly data: Uint8Array;
}

/** Payload bytes of SINK before the first part of open length. */
export const SINK_FIXED_BYTES = 0;

/** Payload of SINK. */
export function writeSink(message: Sink): Uint8Array {
  const payload = new Uint8Array(0 + message.data.length);
  payload.set(message.data, 0);
  return payload;
}

/** What the device is. Sent for every HELLO; where the versions differ, no session is opened. */
export interface Greeting {
  /** The version the device speaks. */
  readonly protocolVersion: number;
  /** Copied from HELLO. */
  readonly nonce: number;
  /** Changes at every reset. */
  readonly bootId: number;
  /** Longest frame on the wire, both delimiters counted; INFERRED is longer where the model's output is. In bytes. */
  readonly maxFrameBytes: number;
  /** Bytes of frames on the wire that may be unanswered. In bytes. */
  readonly windowBytes: number;
  /** Cached answers: how many requests of that kind may be unanswered. */
  readonly replySlots: number;
  /** 1 if the firmware was built with learning. */
  readonly learns: number;
  /** What a zero-run stands for. */
  readonly inputZeroPoint: number;
  /** Hidden layers that have a modulation factor. */
  readonly factorLayers: number;
  /** Ops of the network. */
  readonly opCount: number;
  /** Size of the input tensor. In bytes. */
  readonly inputBytes: number;
  /** Size of the output tensor. In bytes. */
  readonly outputBytes: number;
  /** Size of the compared learning state; 0 without learning. In bytes. */
  readonly learnStateBytes: number;
  /** Rate of the tick counter; 0 where there is none. In Hz. */
  readonly ticksPerSecond: number;
  /** SHA-256 of the model the firmware carries. */
  readonly modelDigest: Uint8Array;
  /** Version of the firmware. */
  readonly firmwareVersion: string;
  /** Board the firmware was built for. */
  readonly boardId: string;
  /** Name of the model. */
  readonly modelName: string;
}

/** Payload bytes of GREETING before the first part of open length. */
export const GREETING_FIXED_BYTES = 67;

const greetingParser = new Parser()
  .uint8('protocolVersion')
  .uint32le('nonce')
  .uint32le('bootId')
  .uint16le('maxFrameBytes')
  .uint16le('windowBytes')
  .uint8('replySlots')
  .uint8('learns')
  .int8('inputZeroPoint')
  .uint8('factorLayers')
  .uint16le('opCount')
  .uint32le('inputBytes')
  .uint32le('outputBytes')
  .uint32le('learnStateBytes')
  .uint32le('ticksPerSecond')
  .buffer('modelDigest', { length: 32 })
  .uint8('firmwareVersionLength')
  .string('firmwareVersion', { length: 'firmwareVersionLength' })
  .uint8('boardIdLength')
  .string('boardId', { length: 'boardIdLength' })
  .uint8('modelNameLength')
  .string('modelName', { length: 'modelNameLength' });
/** Reads the payload of GREETING; null when it is too short. */
export function parseGreeting(payload: Uint8Array): Greeting | null {
  return parse<Greeting>(greetingParser, payload);
}

/** Result of INFER. */
export interface Inferred {
  /** Counter ticks of the inference alone. In ticks. */
  readonly ticks: number;
  /** The output tensor. */
  readonly output: Uint8Array;
}

/** Payload bytes of INFERRED before the first part of open length. */
export const INFERRED_FIXED_BYTES = 4;

const inferredParser = new Parser().uint32le('ticks').buffer('output', { readUntil: 'eof' });
/** Reads the payload of INFERRED; null when it is too short. */
export function parseInferred(payload: Uint8Array): Inferred | null {
  return parse<Inferred>(inferredParser, payload);
}

/** Result of PREDICT. */
export interface Predicted {
  /** Counter ticks of the forward pass alone. In ticks. */
  readonly ticks: number;
  /** The class with the highest value, lowest index first. */
  readonly classIndex: number;
}

/** Payload bytes of PREDICTED before the first part of open length. */
export const PREDICTED_FIXED_BYTES = 6;

const predictedParser = new Parser().uint32le('ticks').uint16le('classIndex');
/** Reads the payload of PREDICTED; null when it is too short. */
export function parsePredicted(payload: Uint8Array): Predicted | null {
  return parse<Predicted>(predictedParser, payload);
}

/** Result of LEARN. */
export interface Learned {
  /** Counter ticks of the step alone, without hash and link. In ticks. */
  readonly ticks: number;
  /** Cross-entropy before the update. */
  readonly loss: number;
  /** Hash of the learning state after the update (docs/numerics.md). */
  readonly hash: number;
  /** The device's own prediction before the update. */
  readonly classIndex: number;
  /** One for each layer with a factor. */
  readonly factors: readonly Spread[];
}

/** Payload bytes of LEARNED before the first part of open length. */
export const LEARNED_FIXED_BYTES = 14;

const learnedParser = new Parser()
  .uint32le('ticks')
  .floatle('loss')
  .uint32le('hash')
  .uint16le('classIndex')
  .array('factors', { type: records('spread'), readUntil: 'eof' });
/** Reads the payload of LEARNED; null when it is too short. */
export function parseLearned(payload: Uint8Array): Learned | null {
  return parse<Learned>(learnedParser, payload);
}

/** Result of a read. */
export interface Data {
  /** As asked. In bytes. */
  readonly offset: number;
  /** The bytes. */
  readonly data: Uint8Array;
}

/** Payload bytes of DATA before the first part of open length. */
export const DATA_FIXED_BYTES = 4;

const dataParser = new Parser().uint32le('offset').buffer('data', { readUntil: 'eof' });
/** Reads the payload of DATA; null when it is too short. */
export function parseData(payload: Uint8Array): Data | null {
  return parse<Data>(dataParser, payload);
}

/** Counters since the device started. */
export interface Stats {
  /** Valid frames. */
  readonly framesReceived: number;
  /** Chunks that were no valid frame. */
  readonly badFrames: number;
  /** Bytes that found the receive ring full. In bytes. */
  readonly droppedBytes: number;
  /** Learning steps since the weights were initialised. */
  readonly learnSteps: number;
  /** Deepest stack seen; 0xffffffff where it is not painted. In bytes. */
  readonly stackHighWaterBytes: number;
}

/** Payload bytes of STATS before the first part of open length. */
export const STATS_FIXED_BYTES = 20;

const statsParser = new Parser()
  .uint32le('framesReceived')
  .uint32le('badFrames')
  .uint32le('droppedBytes')
  .uint32le('learnSteps')
  .uint32le('stackHighWaterBytes');
/** Reads the payload of STATS; null when it is too short. */
export function parseStats(payload: Uint8Array): Stats | null {
  return parse<Stats>(statsParser, payload);
}

/** The request was refused. It counts as executed. Only the model's input may hold part of a refused sample: send the sample again from its start. */
export interface Error {
  /** Why (see errors). */
  readonly code: number;
  /** A number that goes with the code. */
  readonly detail: number;
}

/** Payload bytes of ERROR before the first part of open length. */
export const ERROR_FIXED_BYTES = 5;

const errorParser = new Parser().uint8('code').uint32le('detail');
/** Reads the payload of ERROR; null when it is too short. */
export function parseError(payload: Uint8Array): Error | null {
  return parse<Error>(errorParser, payload);
}

/** Where the device stands: sent once when a request comes too early (one before it was lost), and after every PROBE. */
export interface Sync {
  /** The sequence number that is executed next. */
  readonly expected: number;
}

/** Payload bytes of SYNC before the first part of open length. */
export const SYNC_FIXED_BYTES = 2;

const syncParser = new Parser().uint16le('expected');
/** Reads the payload of SYNC; null when it is too short. */
export function parseSync(payload: Uint8Array): Sync | null {
  return parse<Sync>(syncParser, payload);
}

/** Unasked report of a learning step. Numbered by itself; never sent again. */
export interface Telemetry {
  /** Learning steps since the weights were initialised. */
  readonly step: number;
  /** Cross-entropy before the update. */
  readonly loss: number;
  /** Counter ticks of the step alone. In ticks. */
  readonly ticks: number;
  /** The device's own prediction before the update. */
  readonly classIndex: number;
  /** The label it was given. */
  readonly label: number;
  /** One for each layer with a factor. */
  readonly factors: readonly Spread[];
}

/** Payload bytes of TELEMETRY before the first part of open length. */
export const TELEMETRY_FIXED_BYTES = 16;

const telemetryParser = new Parser()
  .uint32le('step')
  .floatle('loss')
  .uint32le('ticks')
  .uint16le('classIndex')
  .uint16le('label')
  .array('factors', { type: records('spread'), readUntil: 'eof' });
/** Reads the payload of TELEMETRY; null when it is too short. */
export function parseTelemetry(payload: Uint8Array): Telemetry | null {
  return parse<Telemetry>(telemetryParser, payload);
}

function records(name: string): Parser {
  switch (name) {
    case 'spread':
      return new Parser().floatle('min').floatle('mean').floatle('max');
    default:
      throw new Error('no such record: ' + name);
  }
}

/** Runs a parser; null when the payload is too short for it. */
function parse<T>(parser: Parser, payload: Uint8Array): T | null {
  try {
    return parser.parse(Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength)) as T;
  } catch {
    return null;
  }
}
