import type { FirmwareImage } from '../ir/firmware-image.js';
import type { QuantizedGraph } from '../ir/graph.js';

/** What makes a run repeatable, in lines for the page's end. No clock and no path. */
export function provenanceLines(graph: QuantizedGraph, image: FirmwareImage): { name: string; value: string }[] {
  const { compiler } = image;
  return [
    { name: 'Seed', value: String(graph.provenance.seed ?? 'none') },
    ...(graph.provenance.engine === undefined ? [] : [{ name: 'Trained by', value: graph.provenance.engine }]),
    { name: 'Model and learning options, SHA-256', value: image.modelDigest },
    { name: 'Firmware (ELF), SHA-256', value: image.elfDigest },
    ...Object.entries(graph.provenance.inputs).map(([name, value]) => ({ name: `${name}, SHA-256`, value })),
    { name: 'Compiler', value: `${compiler.command}: ${compiler.version}` },
    { name: 'Compiler flags', value: compiler.flags.join(' ') },
  ];
}
