import { html, type Markup } from '../html.js';
import type { ReportData } from '../report-data.js';

const ABOUT_GRAPES = html`<section>
  <h2>About GRAPES</h2>
  <p>
    GRAPES scales the error at each hidden node by a factor between 1 and 2 that follows the node’s incoming weights
    (Dellaferrera et al., <cite>Nature Communications</cite> 13:1885, 2022). It costs one number a node and often gives
    a faster start at a given learning rate. Against plain SGD with its own tuned learning rate we measured no
    significant gain in accuracy after ten epochs on MNIST and Fashion-MNIST, and a constant factor per layer did as
    well. What this page shows is that the device learns, and computes what the host computes; it does not show that
    GRAPES beats SGD.
  </p>
  <p>
    The method is the subject of US patent 12020162 B2 (“Weight-based local modulation of weight update in neural
    networks”, IBM). Whether that matters for your product is a question for a lawyer.
  </p>
</section>`;

/** What may be said of GRAPES honestly, and what the run was made from. */
export function closingSections(data: ReportData): Markup {
  const grapes = (data.train !== null && data.trainGrapes !== 'off') || (data.learnSpec?.grapes ?? 'off') !== 'off';
  return html`${grapes && ABOUT_GRAPES}
    <section>
      <h2>How this was made</h2>
      <dl class="provenance">
        <div>
          <dt>Tool</dt>
          <dd>grapes-mcu ${data.toolVersion}</dd>
        </div>
        <div>
          <dt>Board</dt>
          <dd>${data.board.id}: ${data.board.name}</dd>
        </div>
        ${data.provenance.map(
          ({ name, value }) =>
            html`<div>
              <dt>${name}</dt>
              <dd>${value}</dd>
            </div>`,
        )}
      </dl>
    </section>`;
}
