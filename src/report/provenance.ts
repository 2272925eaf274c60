import type { FirmwareImage } from '../ir/firmware-image.js';
import type { QuantizedGraph } from '../ir/graph.js';

/**
 * What makes a run repeatable, in lines for the page's end. No clock and no path.
 * @param drawnFrom Seed of the inputs that verification draws for an imported network; null where there are samples
 */
export function provenanceLines(
  graph: QuantizedGraph,
  image: FirmwareImage | null,
  drawnFrom: number | null,
): { name: string; value: string }[] {
  const { seed } = graph.provenance;
  return [
    ...(seed === null && drawnFrom !== null
      ? [{ name: 'Seed of the drawn inputs', value: String(drawnFrom) }]
      : [{ name: 'Seed', value: String(seed ?? 'none') }]),
    ...(graph.provenance.engine === undefined ? [] : [{ name: 'Trained by', value: graph.provenance.engine }]),
    ...Object.entries(graph.provenance.inputs).map(([name, value]) => ({ name: `${name}, SHA-256`, value })),
    ...(image === null ? [] : firmwareLines(image)),
  ];
}

function firmwareLines({ compiler, modelDigest, elfDigest }: FirmwareImage): { name: string; value: string }[] {
  return [
    { name: 'Model and learning options, SHA-256', value: modelDigest },
    { name: 'Firmware (ELF), SHA-256', value: elfDigest },
    { name: 'Compiler', value: `${compiler.command}: ${compiler.version}` },
    { name: 'Compiler flags', value: compiler.flags.join(' ') },
  ];
}
