import type { Board } from '../boards/descriptor.js';
import type { ImageSizes } from '../ir/firmware-image.js';
import { shortTensorName, type MemoryPlan } from '../ir/memory-plan.js';
import { memoryTable, type MemoryRow } from '../ir/memory-table.js';
import {
  widthsName,
  type AccuracyReport,
  type LearnReport,
  type MixedPrecision,
  type OptimizeReport,
  type OrderReport,
  type QuantizeReport,
  type SensitivityReport,
  type VerifyReport,
} from '../ir/report.js';
import { choiceName, choiceYaml } from '../report/precision-choice.js';
import type { EnvelopeFields, EnvelopeMemory } from './output/envelope.js';
import { bytes, percent, table, thousands } from './output/text.js';

/** The envelope's figures out of the stages' reports, and the lines people read: one place for both. */

export function memoryFields(sizes: ImageSizes | null): EnvelopeMemory {
  return {
    flashBytes: sizes?.flash?.bytes ?? null,
    ramBytes: sizes?.ram?.bytes ?? null,
    stackBytes: sizes?.stack?.bytes ?? null,
  };
}

export function verifyFields(report: VerifyReport): EnvelopeFields {
  return {
    accuracy: {
      float: report.float?.accuracy ?? null,
      int8: report.int8?.accuracy ?? null,
      device: report.device?.accuracy ?? null,
    },
    verify: {
      samples: report.samples,
      mismatches: report.mismatches,
      mismatchedSamples: report.mismatchedSamples,
    },
    instructions: { inference: report.instructions?.mean ?? null },
  };
}

export function learnFields(report: LearnReport): EnvelopeFields {
  return {
    learn: {
      steps: report.steps,
      weightMismatches: report.weightMismatches,
      accuracyBefore: report.accuracyBefore,
      accuracyAfter: report.accuracyAfter,
    },
    instructions: { learnStep: report.instructions?.mean ?? null },
  };
}

/** The line on the area under the curve, for anomaly detectors. */
export function aucRow({ auc }: AccuracyReport, part = 'test'): string[][] {
  return auc === undefined ? [] : [[`AUC, ${part}`, auc.toFixed(4)]];
}

/** Both networks on the samples of `part`. */
export function accuracyText(
  report: Pick<QuantizeReport, 'float' | 'int8' | 'int8WithoutTraining'> & Partial<Pick<QuantizeReport, 'layers'>>,
  part = 'test',
): string {
  const integers = widthsName(report.layers ?? []);
  return table([
    ['network', 'accuracy', `on ${thousands(report.float.samples)} ${part} samples`],
    ['float', percent(report.float.accuracy), ''],
    ...(report.int8WithoutTraining === undefined
      ? []
      : [[`${integers}, not trained so`, percent(report.int8WithoutTraining.accuracy), '']]),
    [integers, percent(report.int8.accuracy), `${signedPoints(report.int8.accuracy - report.float.accuracy)} points`],
    ...(['float', 'int8'] as const).flatMap((name) => {
      const { auc } = report[name];
      return auc === undefined
        ? []
        : [[name === 'int8' ? integers : name, auc.toFixed(4), 'AUC: area under the ROC curve']];
    }),
  ]);
}

export function layersText(report: QuantizeReport): string {
  const name = widthsName(report.layers);
  const rows = report.layers.map((l) => [
    l.name,
    // What is not int8 throughout says it layer by layer.
    ...(name === 'int8' ? [] : [l.weights ?? '', l.output]),
    l.sqnrDb === null ? '-' : `${l.sqnrDb.toFixed(1)} dB`,
    percent(l.saturation),
    bytes(l.floatBytes),
    bytes(l.int8Bytes),
  ]);
  const widths = name === 'int8' ? [] : ['weights', 'output'];
  return table([['layer', ...widths, 'SQNR', 'saturated', 'float', name === 'int8' ? name : 'integers'], ...rows]);
}

/** What the exact passes saved, or ''. */
export function savedText({ macs, removedOps, removedChannels }: OptimizeReport): string {
  const said = [
    ...(macs.after < macs.before
      ? [`${percent(macs.after / macs.before)} of ${thousands(macs.before)}, same outputs: dead channels are gone`]
      : removedChannels.length > 0
        ? [`dead channels of ${thousands(removedChannels.length)} ops are gone`]
        : []),
    ...(removedOps.length > 0 ? [`gone into their neighbours: ${removedOps.join(', ')}`] : []),
  ];
  return said.join('; ');
}

/** What int4 weights would save and cost, layer by layer; '' where no layer has int8 weights. */
export function int4Text({ int8, int4, allInt4 }: SensitivityReport): string {
  if (allInt4 === null) return '';
  const lines = [...int4, ...(int4.length > 1 ? [allInt4] : [])].map((row) => [
    row.name,
    row.sqnrDb === null ? '-' : `${row.sqnrDb.toFixed(1)} dB`,
    ...(row.accuracy === null ? [] : [percent(row.accuracy)]),
    `-${thousands(row.savedBytes)}`,
  ]);
  return table([['weights in int4', 'output', ...(int8.accuracy === null ? [] : ['accuracy']), 'bytes'], ...lines]);
}

/** What costs most, and what int16 would buy there: alone, and together with the lines above. */
export function sensitivityText({ samples, float, int8, rows, costliest, mixed }: SensitivityReport): string {
  const of = ({ accuracy, sqnrDb }: MixedPrecision): string[] => [
    sqnrDb === null ? '-' : `${sqnrDb.toFixed(1)} dB`,
    ...(accuracy === null ? [] : [percent(accuracy)]),
  ];
  const exact = float.accuracy === null ? '' : `, float ${percent(float.accuracy)}`;
  const measured = `${thousands(samples)} training samples: integers ${of(int8).join(', ')}${exact}`;
  if (costliest === null) return `no layer costs more than another (${measured})`;
  const { name, part } = rows[costliest];
  const blank = int8.accuracy === null ? [] : [''];
  const lines = mixed.map((set) => {
    const row = rows[set.rows[set.rows.length - 1]];
    return [`${row.part} of ${row.name}`, ...of(row), ...of(set), `+${thousands(row.bytes)}`];
  });
  return [
    `costliest for the output: the ${part} of ${name} (${measured})`,
    table([['in int16 instead', 'alone', ...blank, 'with those above', ...blank, 'bytes'], ...lines]),
  ].join('\n');
}

/** What grapes.yaml can say about widths, and what each would give; '' where there is nothing to choose. */
export function choicesText({ int8, choices }: SensitivityReport): string {
  if (choices.length === 0) return '';
  const change = (n: number): string => (n === 0 ? '-' : `${n > 0 ? '+' : '-'}${thousands(Math.abs(n))}`);
  const lines = choices.map((choice, n) => [
    `${n + 1}. ${choiceName(choice)}`,
    choice.sqnrDb === null ? '-' : `${choice.sqnrDb.toFixed(1)} dB`,
    ...(choice.accuracy === null ? [] : [percent(choice.accuracy)]),
    change(choice.flashBytes),
    change(choice.ramBytes),
  ]);
  return [
    table([['to choose', 'output', ...(int8.accuracy === null ? [] : ['accuracy']), 'flash', 'activations'], ...lines]),
    'in grapes.yaml, under quantize:',
    ...choices.flatMap((choice, n) =>
      choiceYaml(choice).map((line, k) => `  ${k === 0 ? `${n + 1}.` : '  '}  ${line}`),
    ),
  ].join('\n');
}

const NAMED_TENSORS = 3;

/** Where the arena is fullest, and how good the placement is. */
function arenaText(plan: MemoryPlan): string {
  const { arenaBytes, arenaBoundBytes, arenaOptimal, peak, blocks } = plan;
  const names = peak.largest.slice(0, NAMED_TENSORS).map((b) => `${shortTensorName(plan, b.name)} ${bytes(b.bytes)}`);
  const quality = arenaOptimal
    ? 'no placement takes less'
    : `at most ${bytes(arenaBytes - arenaBoundBytes)} more than the least possible`;
  const turns = blocks.map((b) => {
    const ops = b.firstOp === b.lastOp ? `op ${b.firstOp} runs` : `ops ${b.firstOp} to ${b.lastOp} take turns`;
    return ` ${ops[0].toUpperCase()}${ops.slice(1)}, ${b.rowsPerTurn === 1 ? 'a row' : `${b.rowsPerTurn} rows`} at a time.`;
  });
  return `Arena: fullest in ${peak.opName} (op ${peak.opIndex}), ${bytes(peak.bytes)}: ${names.join(', ')}; ${quality}.${turns.join('')}`;
}

/**
 * From the model to the firmware around it; without a linked image what the plan knows, which is of the model alone.
 * `optimize`: what the exact passes did, if that is to be told.
 */
export function memoryText(
  plan: MemoryPlan | null,
  sizes: ImageSizes | null,
  board: Board,
  optimize: OptimizeReport | null = null,
): string {
  const rows = sizes === null ? [] : memoryTable(sizes);
  const saved = optimize === null ? '' : savedText(optimize);
  return [
    rows.length > 0 ? firmwareText(rows, board) : plan === null ? '' : modelText(plan, sizes, board),
    ...(plan === null ? [] : [`${thousands(plan.macs)} MACs. ${arenaText(plan)}`]),
    ...(saved === '' ? [] : [`Exact passes: ${saved}.`]),
    ...(optimize?.order === undefined ? [] : [orderText(optimize.order)]),
  ]
    .filter((line) => line !== '')
    .join('\n');
}

/** What the order of the ops saves, or that it was looked at. */
function orderText({ liveBytes, arenaBytes }: OrderReport): string {
  const best =
    liveBytes.after === liveBytes.bound ? 'no order has a lower peak' : `no order goes below ${bytes(liveBytes.bound)}`;
  const saved = arenaBytes === null ? 0 : arenaBytes.before - arenaBytes.after;
  return saved > 0
    ? `Order of ops: changed, which saves ${bytes(saved)} of arena; live at most ${bytes(liveBytes.after)}, ${best}.`
    : `Order of ops: as given, live at most ${bytes(liveBytes.before)}; ${liveBytes.after < liveBytes.before ? 'another has a lower peak, but not a smaller arena' : best}.`;
}

function firmwareText(rows: readonly MemoryRow[], board: Board): string {
  const cells = rows.map(({ name, isSum, ...bytes }) => [
    isSum ? name : `  ${name}`,
    ...[bytes.flashBytes, bytes.ramBytes, bytes.stackBytes].map((n) => (n === null ? '' : thousands(n))),
  ]);
  const widest = [1, 2, 3].map((k) => Math.max(5, ...cells.map((row) => row[k].length)));
  const aligned = [['bytes', 'flash', 'RAM', 'stack'], ...cells].map(([name, ...numbers]) => {
    return [name, ...numbers.map((text, k) => text.padStart(widest[k]))];
  });
  return `${table(aligned)}\nAs linked for ${board.id}. The model is what any firmware takes on with it; the rest is ours around it, and the stack there reaches from reset through the deepest call and interrupt.`;
}

function modelText(plan: MemoryPlan, sizes: ImageSizes | null, board: Board): string {
  const rows: string[][] = [
    ['the model', 'bytes', 'source'],
    ['constants', thousands(plan.constantBytes), 'planned; flash'],
    ['arena', thousands(plan.arenaBytes), 'planned; RAM'],
    ...(plan.learn === null ? [] : [['learning state', thousands(plan.learn.ramBytes), 'planned; RAM']]),
    ...(sizes === null ? [['code', thousands(plan.codeEstimateBytes), 'estimate; flash']] : []),
  ];
  const rest =
    sizes === null
      ? 'Without a compiler the stack, and the firmware around the model, are not known.'
      : `On ${board.id} the firmware is a process: flash, RAM and stack around the model are the operating system's.`;
  return `${table(rows)}\n${rest}`;
}

export function verifyText(report: VerifyReport): string {
  const verdict =
    report.mismatches === 0
      ? `${thousands(report.samples)} samples, every output byte as the reference`
      : `${thousands(report.mismatches)} differing output bytes in ${thousands(report.mismatchedSamples)} of ${thousands(report.samples)} samples`;
  const rows: string[][] = [
    ...(['float', 'int8', 'device'] as const).flatMap((network) => {
      const measured = report[network];
      const name = network === 'int8' ? 'integers' : network;
      return measured === null ? [] : [[`accuracy ${name}`, percent(measured.accuracy)]];
    }),
    ['instructions / inference', thousands(report.instructions?.mean ?? null)],
    ['stack high-water', bytes(report.stackHighWaterBytes)],
    ['link', `${rate(report.link.samplesPerSecond)} samples/s, ${thousands(report.link.bytesPerSecond)} B/s`],
  ];
  return `${report.boardId}: ${verdict}\n${table(rows, '  ')}`;
}

export function learnText(report: LearnReport): string {
  const verdict =
    report.weightMismatches === 0
      ? 'every step as the reference'
      : `${thousands(report.weightMismatches)} differing weights, first at step ${report.firstMismatchStep ?? '?'}`;
  const rows: string[][] = [
    ['changed world, before', percent(report.accuracyBefore)],
    ['changed world, after', percent(report.accuracyAfter)],
    ['old world, before', percent(report.originalBefore)],
    ['old world, after', percent(report.originalAfter)],
    ['instructions / step', thousands(report.instructions?.mean ?? null)],
    ['stack high-water', bytes(report.stackHighWaterBytes)],
  ];
  return `${report.boardId}: ${thousands(report.steps)} learning steps, ${verdict}\n${table(rows, '  ')}`;
}

/** A rate below ten keeps two digits. */
function rate(perSecond: number): string {
  return perSecond < 10 ? String(Number(perSecond.toPrecision(2))) : thousands(Math.round(perSecond));
}

function signedPoints(fraction: number): string {
  const points = (fraction * 100).toFixed(2);
  return fraction > 0 ? `+${points}` : points;
}
