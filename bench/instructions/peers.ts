/**
 * What others need for the same work, counted on the same emulated core: recorded numbers, not run here.
 * CMSIS-NN at commit 99f736a, arm_fully_connected_s8, `-Ofast -mcpu=cortex-m4 -mfpu=fpv4-sp-d16 -mfloat-abi=hard`.
 * AIfES 2.2.0 (commit 07a4382), one float32 training step, batch 1, SGD, default kernels, `-O3`, the same core flags;
 * RAM is its parameters, its training memory and the stack measured in one step.
 */
export interface PeerNumbers {
  readonly inferInt8: { readonly name: string; readonly instructions: number } | null;
  readonly learnStep: { readonly name: string; readonly instructions: number; readonly ramBytes: number } | null;
}

const aifes = (instructions: number, ramBytes: number): PeerNumbers['learnStep'] => ({
  name: 'AIfES 2.2.0',
  instructions,
  ramBytes,
});

export const PEERS: Readonly<Record<string, PeerNumbers>> = {
  '64-32-10': { inferInt8: null, learnStep: aifes(282_850, 36_520) },
  '784-64-10': { inferInt8: null, learnStep: aifes(5_832_595, 812_520) },
  '784-128-64-10': { inferInt8: null, learnStep: aifes(12_516_325, 1_682_960) },
  '784-256-256-10': { inferInt8: { name: 'CMSIS-NN 99f736a', instructions: 530_143 }, learnStep: null },
};
