/**
 * Where a training step of a benchmark network spends its time: CPU seconds by kernel, one thread.
 *
 *   npm run -s bench:train-profile -- [--work ds-cnn-b32] [--steps 20]
 */
import { parseArgs } from 'node:util';
import { Runner, openEngine } from './train/ours.js';
import { WORKS } from './train/works.js';

const { values: options } = parseArgs({
  options: { work: { type: 'string', default: 'ds-cnn-b32' }, steps: { type: 'string', default: '20' } },
});
const work = WORKS.find(({ name }) => name === options.work)!;
const runner = Runner.create(await openEngine({ engine: 'wasm', threads: 1, fast: false }, work), work)!;
const { kernels } = (runner.network as unknown as { machine: { kernels: Record<string, (...a: number[]) => unknown> } })
  .machine;
const spent = new Map<string, number>();
const cpu = (): number => {
  const { user, system } = process.cpuUsage();
  return user + system;
};
const steps = Number(options.steps);
const whole = cpu();
for (let i = 0; i < steps; i++) runner.step();
const total = cpu() - whole;
const timed: Record<string, unknown> = {};
for (const [name, kernel] of Object.entries(kernels)) {
  timed[name] = (...args: number[]): unknown => {
    const before = cpu();
    const result = kernel(...args);
    spent.set(name, (spent.get(name) ?? 0) + cpu() - before);
    return result;
  };
}
(runner.network as unknown as { machine: { kernels: unknown } }).machine.kernels = timed;
for (let i = 0; i < steps; i++) runner.step();
const lines = [...spent].sort((a, b) => b[1] - a[1]).filter(([, us]) => us > 0);
process.stdout.write(
  `${work.name}: ${(total / steps / 1000).toFixed(2)} ms a step, ${((work.batch * steps * 1e6) / total).toFixed(0)} samples/s\n`,
);
for (const [name, us] of lines) process.stdout.write(`${name.padEnd(28)} ${(us / steps / 1000).toFixed(3)} ms\n`);
