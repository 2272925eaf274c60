import { createColors } from 'picocolors';
import { memoryTable } from '../ir/memory-table.js';
import { bytes, integer, percent, points } from './format.js';
import { verdictOf, type ReportData } from './report-data.js';

type Row = readonly [name: string, value: string, note?: string];

/** The report in a terminal: one aligned table. Ends with a line end. */
export function renderSummary(data: ReportData, color: boolean): string {
  const c = createColors(color);
  const rows = summaryRows(data);
  const nameWidth = Math.max(...rows.map(([name]) => name.length));
  const valueWidth = Math.max(...rows.map(([, value]) => value.length));
  const verdict = verdictOf(data);
  const lines = rows.map(([name, value, note]) => {
    const left = `  ${c.dim(name.padEnd(nameWidth))}  ${c.bold(value.padStart(valueWidth))}`;
    return note === undefined || note === '' ? left : `${left}  ${c.dim(note)}`;
  });
  const badge = { pass: c.green('pass'), fail: c.red('fail') };
  return `${c.bold(data.title)}  ${verdict === null ? c.dim('not verified yet') : badge[verdict]}\n${data.notes.map((n) => `${c.yellow(n)}\n`).join('')}${lines.join('\n')}\n`;
}

function summaryRows(data: ReportData): Row[] {
  const { verify, learn, sizes, board, plan } = data;
  const rows: Row[] = [['board', board.id]];
  if (verify !== null) {
    for (const network of ['float', 'int8', 'device'] as const) {
      const report = verify[network];
      if (report !== null)
        rows.push([`accuracy, ${network === 'int8' ? 'integers' : network}`, percent(report.accuracy, 2)]);
    }
    rows.push(
      ['samples compared', integer(verify.samples)],
      ['differing bytes', integer(verify.mismatches), 'device against reference'],
    );
  }
  if (learn !== null) {
    rows.push(
      ['before learning', percent(learn.accuracyBefore, 2), 'held-out samples of the changed world'],
      ['after learning', percent(learn.accuracyAfter, 2), points(learn.accuracyAfter - learn.accuracyBefore)],
      ['old world, after', percent(learn.originalAfter, 2), points(learn.originalAfter - learn.originalBefore)],
      ['learning steps', integer(learn.steps)],
      ['differing weights', integer(learn.weightMismatches), 'device against reference, hash at every step'],
    );
  }
  const instructions = verify?.instructions ?? null;
  if (instructions !== null) rows.push(['instructions, inference', integer(instructions.mean)]);
  const step = learn?.instructions ?? null;
  if (step !== null) rows.push(['instructions, learning step', integer(step.mean)]);
  const model = sizes === null ? undefined : memoryTable(sizes).find((row) => row.isSum);
  const ofModel = (n: number | null | undefined): string => (n == null ? '' : `, ${bytes(n)} of it the model's`);
  if (sizes?.flash != null)
    rows.push(['flash', bytes(sizes.flash.bytes), `${sizes.flash.source}${ofModel(model?.flashBytes)}`]);
  if (sizes?.ram != null) rows.push(['RAM', bytes(sizes.ram.bytes), `${sizes.ram.source}${ofModel(model?.ramBytes)}`]);
  else if (plan !== null) {
    rows.push(['RAM of the model', bytes(plan.arenaBytes + (plan.learn?.ramBytes ?? 0)), 'planned']);
  }
  if (sizes?.stack != null)
    rows.push(['stack, at most', bytes(sizes.stack.bytes), `${sizes.stack.source}${ofModel(model?.stackBytes)}`]);
  return rows;
}
