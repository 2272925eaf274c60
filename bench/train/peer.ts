import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { packageRoot } from '../../src/util/package-root.js';
import type { Work } from './works.js';

/** How PyTorch is asked to compute. */
export interface PeerSettings {
  readonly threads: number;
  readonly channelsLast: boolean;
  readonly fused: boolean;
}

export interface PeerInfo {
  readonly version: string;
  readonly threads: number;
  readonly blas: string;
  readonly python: string;
}

const TRIAL_SECONDS = 0.4;

const encode = (values: Float32Array): string =>
  Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString('base64');

function decode(text: string): Float32Array {
  const bytes = Buffer.from(text, 'base64');
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
}

/** PyTorch in a child process, which waits while we compute. See peer.py for the requests. */
export class Peer {
  private readonly answers: AsyncIterator<string>;

  private constructor(private readonly child: ChildProcessWithoutNullStreams) {
    this.answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    child.stderr.pipe(process.stderr);
  }

  /** Null where `npm run setup:peers` has not been run. */
  static start(): Peer | null {
    const note = join(packageRoot(), '.peers', 'python');
    if (!existsSync(note)) return null;
    const python = readFileSync(note, 'utf8').trim();
    return new Peer(spawn(python, [join(packageRoot(), 'bench', 'train', 'peer.py')]));
  }

  stop(): void {
    this.child.stdin.end();
  }

  private async ask<Answer>(op: string, request: object): Promise<Answer> {
    this.child.stdin.write(`${JSON.stringify({ op, ...request })}\n`);
    const line = await this.answers.next();
    if (line.done === true) throw new Error(`PyTorch's process ended during '${op}'; see its words above.`);
    return JSON.parse(line.value) as Answer;
  }

  hello(): Promise<PeerInfo> {
    return this.ask('hello', {});
  }

  async define({ name, classes, plan }: Work): Promise<void> {
    const layers = plan.layers.map(({ spec, inputs, parameters }) => ({
      ...spec,
      reads: inputs,
      bias: parameters.some((p) => p.part === 'bias'),
    }));
    const hidden = plan.hidden.map(({ layer, anchor }) => [layer, anchor]);
    await this.ask('define', { work: name, classes, layers, inputShape: plan.inputShape, hidden });
  }

  async rate({ name, batch }: Work, settings: PeerSettings, grapes: boolean, seconds: number): Promise<number> {
    const request = { work: name, batch, grapes, seconds, ...settings };
    return (await this.ask<{ samplesPerSecond: number }>('rate', request)).samplesPerSecond;
  }

  /** The fastest of all settings in a short trial each. */
  async bestSettings(work: Work): Promise<PeerSettings> {
    const images = work.plan.inputShape.length > 1;
    const trials: { readonly settings: PeerSettings; readonly rate: number }[] = [];
    for (const threads of [1, 2]) {
      for (const channelsLast of images ? [false, true] : [false]) {
        for (const fused of [false, true]) {
          const settings = { threads, channelsLast, fused };
          trials.push({ settings, rate: await this.rate(work, settings, true, TRIAL_SECONDS) });
        }
      }
    }
    return trials.reduce((best, trial) => (trial.rate > best.rate ? trial : best)).settings;
  }

  /** Losses before each of `steps` GRAPES steps by SGD, and the parameters after the last. */
  async check(
    { name }: Work,
    parameters: readonly Float32Array[],
    input: Float32Array,
    labels: readonly number[],
    steps: number,
    learningRate: number,
  ): Promise<{ losses: number[]; parameters: Float32Array[] }> {
    const request = {
      work: name,
      parameters: parameters.map(encode),
      input: encode(input),
      labels,
      steps,
      learningRate,
    };
    const answer = await this.ask<{ losses: number[]; parameters: string[] }>('check', request);
    return { losses: answer.losses, parameters: answer.parameters.map(decode) };
  }
}
