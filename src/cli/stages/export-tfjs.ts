import { exportLayersModel } from '../../import/tfjs/export-layers-model.js';
import type { FloatGraph } from '../../ir/graph.js';
import type { NetworkPlan } from '../../ir/network-plan.js';
import { planNetwork } from '../../ir/plan-network.js';
import type { StageResult } from '../../runs/stage.js';
import { toolVersion } from '../../util/package-root.js';
import type { ProjectSession } from '../project-session.js';
import { trained } from './train.js';

/** Stage `export/tfjs`: model.json and weights.bin, the trained float network as a layers model. */
export function exportedLayersModel(session: ProjectSession): Promise<StageResult> {
  return session.once('export/tfjs', async () => {
    const { graph, result } = await trained(session);
    return session.bring({
      id: 'export/tfjs',
      version: 1,
      options: {},
      inputs: { train: result.digest },
      seed: null,
      run: (output) => {
        const plan = planNetwork(session.config.model, graph.tensors[graph.input].shape);
        const { json, weights } = exportLayersModel(
          plan,
          parametersOf(plan, graph),
          graph.name,
          `grapes-mcu ${toolVersion()}`,
        );
        output.write('model.json', json);
        output.write('weights.bin', weights);
        return Promise.resolve();
      },
    });
  });
}

/** The graph's constants in the plan's order; they have the names of the plan's parameters. */
function parametersOf(plan: NetworkPlan, graph: FloatGraph): Float32Array[] {
  const byName = new Map(graph.tensors.map(({ name, data }) => [name, data as Float32Array]));
  const planned = [...plan.layers.flatMap((l) => l.parameters), ...plan.layers.flatMap((l) => l.state)];
  return planned.map(({ name }) => byName.get(name)!);
}
