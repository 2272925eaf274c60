import type { ImageSizes } from './firmware-image.js';

/** A line of the table that leads from the model to the firmware around it; null: the part takes none of that memory. */
export interface MemoryRow {
  readonly name: string;
  readonly flashBytes: number | null;
  readonly ramBytes: number | null;
  readonly stackBytes: number | null;
  /** A sum of the lines above it. */
  readonly isSum: boolean;
}

/** Groups of an image that any firmware with this model has; the others belong to ours around it. */
const OF_MODEL: Readonly<Record<string, string>> = {
  inference: 'code',
  'model constants': 'constants',
  arena: 'arena',
  learning: 'learning',
};

/** What a user calls; other stack bounds are of the firmware. */
const CALLS = /_(infer|predict|learn_step)$/;

/**
 * How the figures of the model and those of the firmware hang together, as the linker and the call graph have them: code,
 * constants and arena of the model and the stack of each call of it; their sum, which is what the model adds to any
 * firmware; the application, protocol and board support around it; the sum of all. The stack of the model is that of its
 * deepest call, the firmware's reaches from reset into that call and the deepest interrupt. Empty for a process, which has
 * no sizes of its own.
 */
export function memoryTable({ flash, ram, stack, stackBounds, breakdown }: ImageSizes): MemoryRow[] {
  if (flash === null || ram === null) return [];
  const row = ({ group, flashBytes, ramBytes }: ImageSizes['breakdown'][number]): MemoryRow => ({
    name: OF_MODEL[group] ?? group,
    flashBytes: flashBytes === 0 ? null : flashBytes,
    ramBytes: ramBytes === 0 ? null : ramBytes,
    stackBytes: null,
    isSum: false,
  });
  const groups = breakdown.filter((g) => g.flashBytes !== 0 || g.ramBytes !== 0);
  const order = Object.keys(OF_MODEL);
  const own = groups
    .filter(({ group }) => order.includes(group))
    .sort((a, b) => order.indexOf(a.group) - order.indexOf(b.group));
  const calls = stackBounds.filter(({ entry }) => CALLS.test(entry));
  const sum = (key: 'flashBytes' | 'ramBytes'): number => own.reduce((n, g) => n + g[key], 0);
  return [
    ...own.map(row),
    ...calls.map(({ entry, bytes }): MemoryRow => ({
      name: `a call of ${entry}`,
      flashBytes: null,
      ramBytes: null,
      stackBytes: bytes,
      isSum: false,
    })),
    {
      name: 'the model',
      flashBytes: sum('flashBytes'),
      ramBytes: sum('ramBytes'),
      stackBytes: calls.length === 0 ? null : Math.max(...calls.map(({ bytes }) => bytes)),
      isSum: true,
    },
    ...groups.filter((g) => !own.includes(g)).map(row),
    {
      name: 'the firmware',
      flashBytes: flash.bytes,
      ramBytes: ram.bytes,
      stackBytes: stack?.bytes ?? null,
      isSum: true,
    },
  ];
}
