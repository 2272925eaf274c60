// What a thread of the training team runs: it builds the network that it is told to, in the memory it is given, and then
// does what the main thread does, over and over.
import { parentPort } from 'node:worker_threads';
import { Machine } from '../machine.js';
import { WasmNetwork } from '../wasm-network.js';
import type { Assignment } from './assignment.js';
import { Control } from './control.js';

function serve({ plan, rule, maxRows, fast, memory, control: buffer, member, size }: Assignment): void {
  const control = new Control(buffer);
  try {
    const team = control.team(member, size);
    const network = new WasmNetwork(new Machine({ team, memory, fast }), plan, rule, maxRows);
    control.reportReady();
    for (;;) {
      const { command, step } = control.next();
      switch (command) {
        case 'step':
          network.step(step);
          break;
        case 'gradients':
          network.gradients(step);
          break;
        case 'evaluate':
          network.evaluate(step.rows);
          break;
        case 'modulations':
          network.modulations();
          break;
        case 'end':
          return;
      }
      team.barrier();
    }
  } catch (error) {
    control.fail();
    throw error;
  }
}

parentPort?.once('message', (assignment: Assignment) => {
  serve(assignment);
  parentPort?.close();
});
parentPort?.postMessage('ready');
