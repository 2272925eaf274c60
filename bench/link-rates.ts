import type { Device } from '../src/device/device.js';
import { encodeFrame } from '../src/device/protocol/framing.js';
import { sampleRequests } from '../src/device/samples.js';
import type { QuantizedGraph } from '../src/ir/graph.js';
import { runInt8 } from '../src/ir/interpret.js';
import type { Integers } from '../src/ir/tensor.js';

export interface LinkRates {
  /** Bytes on the wire to the device, per second, when it only checks and drops them. */
  readonly linkBytesPerSecond: number;
  /** The same frames as samples: the device infers, the host runs the reference and compares every output byte. */
  readonly verifyBytesPerSecond: number;
  /** What verifying leaves of the link. */
  readonly ratio: number;
  readonly samplesPerSecond: number;
  readonly mismatches: number;
  readonly retransmissions: number;
}

/** Measures one device with one firmware, the two loads in turns so that a busy machine hits both. */
export async function measureLink(
  device: Device,
  graph: QuantizedGraph,
  inputs: readonly Integers[],
  rounds: number,
): Promise<LinkRates> {
  const { maxFrameBytes, inputZeroPoint: zeroPoint } = device.info;
  const requests = inputs.flatMap((input) => sampleRequests(1, 0, input, { maxFrameBytes, zeroPoint }));
  const frames = requests.map(({ payload }) => payload);
  const wireBytes = requests.reduce(
    (sum, { type, payload }) => sum + encodeFrame({ type, flags: 1, seq: 1, payload }).length,
    0,
  );
  const retransmissions = device.link.retransmissions;
  let linkMs = 0;
  let verifyMs = 0;
  let mismatches = 0;
  for (let round = 0; round < rounds; round++) {
    const start = performance.now();
    for await (const _ of device.sink(frames)) continue;
    const between = performance.now();
    mismatches += await verifyAll(device, graph, inputs);
    linkMs += between - start;
    verifyMs += performance.now() - between;
  }
  const perSecond = (amount: number, ms: number): number => Math.round((1000 * rounds * amount) / ms);
  return {
    linkBytesPerSecond: perSecond(wireBytes, linkMs),
    verifyBytesPerSecond: perSecond(wireBytes, verifyMs),
    ratio: Math.round((1000 * linkMs) / verifyMs) / 1000,
    samplesPerSecond: perSecond(inputs.length, verifyMs),
    mismatches,
    retransmissions: device.link.retransmissions - retransmissions,
  };
}

async function verifyAll(device: Device, graph: QuantizedGraph, inputs: readonly Integers[]): Promise<number> {
  let mismatches = 0;
  let at = 0;
  for await (const { output } of device.infer(inputs)) {
    const expected = runInt8(graph, inputs[at++]).output;
    for (let i = 0; i < output.length; i++) if (output[i] !== expected[i]) mismatches++;
  }
  return mismatches;
}
