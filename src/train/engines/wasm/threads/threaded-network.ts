import type { BatchResult, LayerModulation, Step, TrainingNetwork } from '../../../engine.js';
import { Machine } from '../machine.js';
import { WasmNetwork } from '../wasm-network.js';
import type { Assignment } from './assignment.js';
import { Control, type Command } from './control.js';
import { threadsFailed, type Crew } from './crew.js';
import type { Pace } from './pace.js';
import type { ThreadTeam } from './thread-team.js';

/** Building a network is allocating its arrays. */
const READY_WITHIN_MS = 30_000;

/**
 * A network that a team of threads steps together: this one and a crew's. Each has built the same network on the same
 * memory and runs the same code; `Team` says who computes what. What only reads and writes arrays is done here alone,
 * while the others wait.
 */
export class ThreadedNetwork implements TrainingNetwork {
  private readonly control = new Control();
  private readonly team: ThreadTeam;
  private readonly network: WasmNetwork;

  /** @param pace says of each step whether the others are called at all; null: always */
  constructor(
    private readonly crew: Crew,
    { plan, rule, maxRows, fast }: Pick<Assignment, 'plan' | 'rule' | 'maxRows' | 'fast'>,
    private readonly pace: Pace | null = null,
  ) {
    this.team = this.control.team(0, crew.size + 1, () => {
      crew.checkAlive();
    });
    crew.begin();
    try {
      const machine = new Machine({ team: this.team, fast });
      this.network = new WasmNetwork(machine, plan, rule, maxRows);
      crew.assign({ plan, rule, maxRows, fast, memory: machine.memory, control: this.control.buffer });
      // Before that they still write initial values into the memory.
      if (!this.control.waitForReady(crew.size, READY_WITHIN_MS)) {
        throw threadsFailed(crew.size, new Error('they could not build the network'));
      }
    } catch (error) {
      void crew.dismiss();
      throw error;
    }
  }

  private together<Result>(command: Command, step: Step | undefined, work: () => Result): Result {
    try {
      this.control.call(command, step);
      const result = work();
      // The next call must not come before everybody has done with this one.
      this.team.barrier();
      return result;
    } catch (cause) {
      this.control.fail();
      void this.crew.dismiss();
      throw threadsFailed(this.crew.size, cause);
    }
  }

  step(step: Step): BatchResult {
    const { pace, team, network } = this;
    if (pace === null) return this.together('step', step, () => network.step(step));
    const begin = performance.now();
    let result: BatchResult;
    if (pace.isTogether) {
      result = this.together('step', step, () => network.step(step));
    } else {
      team.isAlone = true;
      result = network.step(step);
      team.isAlone = false;
    }
    pace.note(performance.now() - begin);
    return result;
  }

  gradients(step: Step): ReturnType<TrainingNetwork['gradients']> {
    return this.together('gradients', step, () => this.network.gradients(step));
  }

  evaluate(rows: number): BatchResult {
    return this.together('evaluate', { rows, step: 0, learningRate: 0 }, () => this.network.evaluate(rows));
  }

  modulations(): readonly LayerModulation[] {
    return this.together('modulations', undefined, () => this.network.modulations());
  }

  dispose(): void {
    if (!this.control.failed) this.control.call('end');
  }

  get plan(): TrainingNetwork['plan'] {
    return this.network.plan;
  }

  get maxRows(): number {
    return this.network.maxRows;
  }

  get input(): Float32Array {
    return this.network.input;
  }

  get labels(): Int32Array {
    return this.network.labels;
  }

  get rowWeights(): Float32Array {
    return this.network.rowWeights;
  }

  get outputs(): Float32Array {
    return this.network.outputs;
  }

  readParameters(): Float32Array[] {
    return this.network.readParameters();
  }

  writeParameters(arrays: readonly Float32Array[]): void {
    this.network.writeParameters(arrays);
  }

  readOptimizer(): Float32Array[] {
    return this.network.readOptimizer();
  }

  writeOptimizer(arrays: readonly Float32Array[]): void {
    this.network.writeOptimizer(arrays);
  }

  readFeedback(): Float32Array[] {
    return this.network.readFeedback();
  }

  writeFeedback(arrays: readonly Float32Array[]): void {
    this.network.writeFeedback(arrays);
  }

  firstNonFinite(): string | null {
    return this.network.firstNonFinite();
  }
}
