import { html, raw, type Markup } from '../../report/html.js';

/** The report's colours on white, for pictures that stand alone. */
const STYLE = raw(`<style>
text{font:12px system-ui,-apple-system,"Segoe UI",Roboto,Helvetica,Arial,sans-serif;fill:#211f1c}
.heading{font-weight:600;font-size:13px;paint-order:stroke;stroke:#fff;stroke-width:5px;stroke-linejoin:round}.tick,.label{fill:#6a655d}
.grid{stroke:#e4dfd5}.axis{stroke:#8b857b}.zero{stroke:#211f1c;stroke-width:1.2}
.line{fill:none;stroke-width:2.2;stroke-linejoin:round;stroke-linecap:round}.name{font-weight:600}
.line.tone-a,.whisker.tone-a{stroke:#6b3fa0}.line.tone-b,.whisker.tone-b{stroke:#0f766e}
.line.tone-c,.whisker.tone-c{stroke:#c2690c}.line.tone-quiet,.whisker.tone-quiet{stroke:#8b857b}
.name.tone-a,.dot.tone-a{fill:#6b3fa0}.name.tone-b,.dot.tone-b{fill:#0f766e}
.name.tone-c,.dot.tone-c{fill:#c2690c}.name.tone-quiet,.dot.tone-quiet{fill:#6a655d}
.whisker{stroke-width:2}
</style>`);

/** A file of its own: sized, on white, with its colours inside. */
export function pictureFile(width: number, height: number, title: string, content: Markup): string {
  return html`<svg
    xmlns="http://www.w3.org/2000/svg"
    width="${width}"
    height="${height}"
    viewBox="0 0 ${width} ${height}"
    role="img"
    aria-label="${title}"
  >
    <title>${title}</title>
    ${STYLE}
    <rect width="${width}" height="${height}" fill="#fff" />
    ${content}
  </svg> `.toString();
}
