/** The page's look: one column of text, two of figures, light and dark, and plain on paper. */
export const STYLE = `
:root{color-scheme:light dark;--paper:#fbfaf7;--card:#fff;--ink:#211f1c;--soft:#6a655d;--rule:#e4dfd5;--track:#ece8df;
--a:#6b3fa0;--b:#0f766e;--c:#c2690c;--quiet:#8b857b;--good:#166534;--good-bg:#dcf3e3;--bad:#991b1b;--bad-bg:#fbe0dd;--on-fill:#fff}
@media (prefers-color-scheme:dark){:root{--paper:#17161a;--card:#1f1e24;--ink:#ece8e1;--soft:#a39d93;--rule:#34323a;--track:#2c2a32;
--a:#b794f6;--b:#4fd1c5;--c:#f0a04b;--quiet:#8f8a83;--good:#86efac;--good-bg:#12351f;--bad:#fca5a5;--bad-bg:#431a1a;--on-fill:#17161a}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;
font-variant-numeric:tabular-nums}
main{max-width:1080px;margin:0 auto;padding:48px 28px 72px}
h1,h2{font-family:"Iowan Old Style","Palatino Linotype",Palatino,"Book Antiqua",Georgia,serif;font-weight:600;letter-spacing:-.01em;text-wrap:balance}
h1{font-size:2.5rem;line-height:1.12;margin:0}
h2{font-size:1.5rem;line-height:1.25;margin:0 0 .5rem}
h3{font-size:1.05rem;margin:1.6rem 0 .2rem}h3 small{color:var(--soft);font-weight:400}
p{max-width:68ch;margin:.4rem 0 1rem}
.eyebrow{color:var(--a);font-weight:600;font-size:.82rem;letter-spacing:.08em;text-transform:uppercase;margin:0 0 .6rem}
.headline{display:flex;flex-wrap:wrap;gap:.6rem 1.1rem;align-items:center}
.lead{font-size:1.13rem;max-width:62ch;margin:1rem 0 1.6rem}
.verdict{font-weight:700;font-size:.95rem;padding:.28rem .95rem;border-radius:99px}
.verdict.pass{color:var(--good);background:var(--good-bg)}
.verdict.fail{color:var(--bad);background:var(--bad-bg)}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(270px,100%),1fr));gap:14px;margin:0}
.tiles.four{grid-template-columns:repeat(auto-fit,minmax(min(220px,100%),1fr))}
.tiles>div{background:var(--card);border:1px solid var(--rule);border-radius:12px;padding:16px 18px;display:flex;flex-direction:column}
.tiles dt{color:var(--soft);font-size:.84rem}
.tiles dd{margin:0;font-size:1.9rem;font-weight:650;letter-spacing:-.02em;line-height:1.3}
.tiles dd.detail{font-size:.84rem;font-weight:400;letter-spacing:0;color:var(--soft);line-height:1.4}
section{margin-top:56px;padding-top:28px;border-top:1px solid var(--rule)}
.columns{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(440px,100%),1fr));gap:12px 40px;align-items:start}
figure{margin:14px 0 20px;min-width:0}
figure.half{max-width:520px}
figcaption,.note,caption small{color:var(--soft);font-size:.86rem;line-height:1.45}
figcaption{margin-top:.5rem;max-width:60ch}
.notice{background:var(--bad-bg);color:var(--ink);border-left:4px solid var(--c);padding:.6rem 1rem;border-radius:4px;max-width:none}
header .notice{background:var(--track)}
table{border-collapse:collapse;width:100%;font-size:.92rem;margin:10px 0 22px}
caption{text-align:left;font-weight:600;padding:0 0 .4rem}
th{text-align:left;font-weight:400}
thead th{color:var(--soft);font-size:.82rem;vertical-align:bottom}
th small{display:block;color:var(--soft);font-size:.82rem}
td,th{padding:.36rem .8rem .36rem 0;border-bottom:1px solid var(--rule);vertical-align:baseline}
tfoot td,tfoot th{font-weight:600;border-bottom:0}
td:last-child,th:last-child{padding-right:0}
.scroll{overflow-x:auto}
.n{text-align:right;white-space:nowrap}
.plot{display:block;width:100%;height:auto;overflow:visible;font-size:12px;fill:var(--ink)}
.plot .grid{stroke:var(--rule)}
.plot .band{fill-opacity:.17}
.plot .axis{stroke:var(--quiet)}
.plot .tick,.plot .label{fill:var(--soft)}
.plot .line{fill:none;stroke-width:2.2;stroke-linejoin:round;stroke-linecap:round}
.plot .level{stroke-width:1.4;stroke-dasharray:5 4}
.plot .name{font-weight:600}
.plot .halo{paint-order:stroke;stroke:var(--paper);stroke-width:4px;stroke-linejoin:round}
.plot .empty{fill:var(--track);opacity:.55}
.plot .cell{font-size:11px}
.plot .cell.strong{fill:var(--on-fill);font-weight:600}
.line.tone-a,.level.tone-a{stroke:var(--a)}.line.tone-b,.level.tone-b{stroke:var(--b)}.line.tone-c,.level.tone-c{stroke:var(--c)}.line.tone-quiet,.level.tone-quiet{stroke:var(--quiet)}
.fill.tone-a,.name.tone-a,.dot.tone-a{fill:var(--a)}.fill.tone-b,.name.tone-b,.dot.tone-b{fill:var(--b)}
.fill.tone-c,.name.tone-c,.dot.tone-c{fill:var(--c)}.fill.tone-quiet,.name.tone-quiet,.dot.tone-quiet{fill:var(--quiet)}
.bar{margin:0 0 14px}
.bar-text{display:flex;flex-wrap:wrap;justify-content:space-between;gap:0 1rem;font-size:.92rem;margin-bottom:4px}
.bar-text span{color:var(--soft)}
.bar-track{display:flex;height:12px;border-radius:6px;background:var(--track);overflow:hidden}
.bar-part{display:block;min-width:2px}
.bg-a{background:var(--a)}.bg-b{background:var(--b)}.bg-c{background:var(--c)}.bg-quiet{background:var(--quiet)}
.strip{display:flex;flex-wrap:wrap;gap:8px;align-items:center;margin-bottom:8px}
.strip span{width:4.2rem;color:var(--soft);font-size:.86rem}
.strip img{width:min(76px,calc((100% - 9 * 8px) / 11));height:auto;image-rendering:pixelated;border-radius:6px;background:#000}
.provenance div{display:grid;grid-template-columns:13rem 1fr;gap:1rem;padding:.3rem 0;border-bottom:1px solid var(--rule);font-size:.9rem}
.provenance dt{color:var(--soft)}
.provenance dd{margin:0;overflow-wrap:anywhere;font-family:ui-monospace,"SF Mono",Menlo,Consolas,monospace;font-size:.84rem}
@media (max-width:560px){main{padding:28px 16px 48px}h1{font-size:1.9rem}.provenance div{grid-template-columns:1fr;gap:0}.strip span{width:100%}}
@media print{:root{color-scheme:light;--paper:#fff;--card:#fff;--ink:#000;--soft:#444;--rule:#ccc;--track:#eee;--a:#5b2f92;--b:#0b6058;--c:#a8560a;--quiet:#777;--good:#166534;--bad:#991b1b;--on-fill:#fff}
main{max-width:none;padding:0}section{margin-top:28px}figure,table,.tiles>div{break-inside:avoid}h2{break-after:avoid}body{font-size:11pt}
*{-webkit-print-color-adjust:exact;print-color-adjust:exact}}
`;
