import type { Check } from './check.js';
import type { Memory, Overhead } from './costs.js';
import type { Setting } from './ours.js';
import type { PeerInfo, PeerSettings } from './peer.js';

/** Null: a layer is missing here, or there is no peer. */
export interface Row extends Setting {
  readonly work: string;
  readonly samplesPerSecond: number | null;
  readonly peerSamplesPerSecond: number | null;
  readonly ratio: number | null;
  readonly peerSettings: PeerSettings | null;
}

export interface Report {
  readonly machine: { readonly cpu: string; readonly cpus: number; readonly node: string };
  readonly peer: PeerInfo | null;
  readonly rounds: number;
  readonly seconds: number;
  readonly rows: readonly Row[];
  readonly checks: readonly Check[];
  readonly overheads: readonly Overhead[];
  readonly memory: Memory | null;
}

const rate = (n: number | null): string => (n === null ? 'missing' : Math.round(n).toLocaleString('en-US'));
const percent = (fraction: number): string => `${(100 * fraction).toFixed(1)} %`;
const table = (head: string, rows: readonly string[]): string =>
  [head, head.replace(/[^|]+/g, ' --- '), ...rows].join('\n');

function settingText({ engine, threads, fast }: Setting): string {
  return engine === 'tfjs' ? 'tfjs' : `wasm | ${String(threads)} | ${fast ? 'yes' : 'no'}`;
}

function peerText(settings: PeerSettings | null): string {
  if (settings === null) return '';
  const { threads, channelsLast, fused } = settings;
  return `${String(threads)} threads${channelsLast ? ', channels last' : ''}${fused ? ', fused SGD' : ''}`;
}

/** The report as markdown tables. */
export function textOf(report: Report): string {
  const { machine, peer } = report;
  const who = peer === null ? 'no peer' : `PyTorch ${peer.version} (${peer.blas}, Python ${peer.python})`;
  const rows = report.rows.map((r) => {
    const setting = r.engine === 'tfjs' ? 'tfjs | | ' : settingText(r);
    const ratio = r.ratio?.toFixed(2) ?? '';
    return `| ${r.work} | ${setting} | ${rate(r.samplesPerSecond)} | ${rate(r.peerSamplesPerSecond)} | ${ratio} | ${peerText(r.peerSettings)} |`;
  });
  const checks = report.checks.map(
    (c) =>
      `| ${c.work} | ${c.setting.engine === 'tfjs' ? 'tfjs | | ' : settingText(c.setting)} | ${c.lossDifference.toExponential(1)} | ${c.parameterDifference.toExponential(1)} | ${c.agrees ? 'yes' : 'NO'} |`,
  );
  const overheads = report.overheads.map(
    (o) =>
      `| ${o.work} | ${String(o.everySteps)} | ${rate(o.samplesPerSecondOff)} | ${rate(o.samplesPerSecondOn)} | ${percent(o.overhead)} |`,
  );
  const { memory } = report;
  return [
    `${machine.cpu}, ${String(machine.cpus)} CPUs, Node ${machine.node}; ${who}; ${String(report.rounds)} rounds of ${String(report.seconds)} s`,
    table('| work | engine | threads | fast | samples/s | PyTorch | ratio | PyTorch at its best |', rows),
    ...(checks.length === 0
      ? []
      : [
          table(
            '| steps against PyTorch | engine | threads | fast | loss, relative | parameters, of their way | agrees |',
            checks,
          ),
        ]),
    table('| GRAPES | factors every | samples/s off | on | overhead |', overheads),
    ...(memory === null
      ? []
      : [
          `${memory.work}: ${memory.before.toFixed(1)} MiB before and ${memory.after.toFixed(1)} MiB after ${String(memory.steps)} steps`,
        ]),
  ].join('\n\n');
}
