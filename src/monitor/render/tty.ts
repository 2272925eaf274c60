import { createColors } from 'picocolors';
import type { TelemetryEvent } from '../../ir/telemetry.js';
import { fit, printable } from '../../util/terminal/fit.js';
import { LiveArea, type TerminalPort } from '../../util/terminal/live-area.js';
import { Rows } from '../../util/terminal/rows.js';
import { ruler } from '../../util/terminal/ruler.js';
import { sparkline } from '../../util/terminal/sparkline.js';
import { ACCURACY_WINDOW, type MonitorSnapshot } from '../metrics.js';
import { STATE_WORDS, eventLine, formatPercent, formatReal, type MonitorView } from './view.js';

export interface TtyOptions extends TerminalPort {
  readonly title: string;
  readonly color: boolean;
}

/** A live picture that is redrawn in place; the device's own text scrolls above it. */
export class TtyView implements MonitorView {
  private latest: MonitorSnapshot | null = null;
  private readonly area: LiveArea;
  private readonly c;

  constructor(private readonly options: TtyOptions) {
    this.c = createColors(options.color);
    this.area = new LiveArea(options, () => (this.latest === null ? [] : this.picture(this.latest)));
  }

  show(event: TelemetryEvent, snapshot: MonitorSnapshot): void {
    this.latest = snapshot;
    if (event.type === 'text' || event.type === 'state') {
      this.area.above(fit(printable(eventLine(event)), this.options.columns() - 1));
    } else {
      this.area.refresh();
    }
  }

  end(snapshot: MonitorSnapshot): void {
    this.latest = snapshot;
    this.area.close();
  }

  private picture(s: MonitorSnapshot): string[] {
    const { c } = this;
    const rows = new Rows(this.options.columns(), c);
    const { room, isNarrow } = rows;
    const state = s.state === 'connected' ? c.green : c.yellow;
    const rate = s.stepsPerSecond === null ? '' : `${formatReal(s.stepsPerSecond)} steps/s`;
    const trouble = [
      `${s.lostFrames} frames lost`,
      `${s.badFrames} damaged`,
      ...(s.resets > 0 ? [`${s.resets} restarts`] : []),
    ].join(', ');
    return [
      rows.line(`${this.options.title} · ${STATE_WORDS[s.state]}`, state),
      rows.row('step', s.step === null ? '–' : String(s.step), rate),
      rows.row('loss', formatReal(s.loss), sparkline(s.lossTrend, room), c.magenta),
      rows.row(`last ${ACCURACY_WINDOW}`, formatPercent(s.accuracy), sparkline(s.accuracyTrend, room, 0, 1), c.cyan),
      ...s.factors.map((f, i) =>
        rows.row(`${isNarrow ? '' : 'factor '}layer ${i + 1}`, f.mean.toFixed(3), ruler(f, 1, 2, room)),
      ),
      rows.line(trouble, s.lostFrames + s.badFrames > 0 ? c.yellow : c.dim),
    ];
  }
}
