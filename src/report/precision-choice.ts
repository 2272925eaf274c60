import type { LayerWidths, PrecisionChoice } from '../ir/report.js';

/** `int16 activations in 3 layers`, `int4 weights everywhere` */
export function choiceName({ quantize: { layers, ...general } }: PrecisionChoice): string {
  const widths = Object.values(layers ?? {});
  const what =
    general.activationBits === 16 || widths.some(({ activationBits }) => activationBits === 16)
      ? 'int16 activations'
      : 'int4 weights';
  const names = Object.keys(layers ?? {});
  if (names.length === 0) return `${what} everywhere`;
  const some = names.length <= 2 ? names.join(' and ') : `${names.length} layers`;
  return general.weightBits === 4 ? `${what} but in ${some}` : `${what} in ${some}`;
}

/** The lines of grapes.yaml under `quantize`: `weightBits: 4`, `layers: { head: { weightBits: 8 } }`. */
export function choiceYaml({ quantize: { layers, ...general } }: PrecisionChoice): string[] {
  const of = (widths: LayerWidths): string[] => Object.entries(widths).map(([key, bits]) => `${key}: ${bits}`);
  const each = Object.entries(layers ?? {}).map(([name, widths]) => `${name}: { ${of(widths).join(', ')} }`);
  return [...of(general), ...(each.length === 0 ? [] : [`layers: { ${each.join(', ')} }`])];
}
