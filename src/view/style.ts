/** The page's style: one accent, a quiet ground, numbers in columns; light or dark as the reader's system says. */
export const style = `
:root {
  color-scheme: light dark;
  --paper: #f7f8f9; --sheet: #ffffff; --ink: #1b2027; --quiet: #545d69; --line: #d5dae0; --accent: #0b6285; --on-accent: #ffffff;
  --warn: #fdf3d7; --warn-ink: #5f4500; --stage: #eceef1;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #14171b; --sheet: #1b1f25; --ink: #e7eaee; --quiet: #a5aeb9; --line: #343b44; --accent: #79c7ea; --on-accent: #0d2230;
    --warn: #3a2f12; --warn-ink: #f3dfa6; --stage: #0d0f12;
  }
}
* { box-sizing: border-box }
html { height: 100% }
body {
  margin: 0; min-height: 100%; background: var(--paper); color: var(--ink); font: 15px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif;
  font-variant-numeric: tabular-nums;
}
h1, h2 { font-weight: 600; margin: 0; line-height: 1.25 }
h1 { font-size: 1.05rem } h2 { font-size: 1rem }
a { color: var(--accent) }
button, select, input { font: inherit; color: inherit; font-variant-numeric: tabular-nums }
button, select, input[type=number], input[type=text] {
  background: var(--sheet); border: 1px solid var(--line); border-radius: 6px; padding: 0.3rem 0.6rem; min-height: 2.1rem;
}
button { cursor: pointer } button:hover:not(:disabled) { border-color: var(--accent) }
button:disabled { opacity: 0.55; cursor: default }
button.main { background: var(--accent); border-color: var(--accent); color: var(--on-accent); font-weight: 600 }
button[aria-pressed=true] { background: var(--accent); border-color: var(--accent); color: var(--on-accent) }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px }
input[type=range] { width: 100%; min-width: 0; accent-color: var(--accent); margin: 0; height: 1.5rem }
input[type=checkbox] { accent-color: var(--accent); width: 1.05rem; height: 1.05rem; margin: 0 }

.page { display: grid; grid-template-columns: minmax(0, 1fr) 25rem; grid-template-rows: auto minmax(0, 1fr); height: 100vh; height: 100dvh }
.head { grid-column: 1 / -1; display: flex; flex-wrap: wrap; gap: 0.4rem 1rem; align-items: center; padding: 0.5rem 1rem; border-bottom: 1px solid var(--line); background: var(--sheet) }
.head .name { color: var(--quiet); min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; flex: 1 }
.work { display: grid; grid-template-rows: auto minmax(0, 1fr) auto; min-height: 0; min-width: 0 }
.bar { display: flex; flex-wrap: wrap; gap: 0.4rem; padding: 0.5rem 1rem; align-items: center; border-bottom: 1px solid var(--line) }
.bar .gap { flex: 1 }
.group { display: flex; flex-wrap: wrap }
.group button { border-radius: 0; margin-left: -1px } .group button:first-child { border-radius: 6px 0 0 6px; margin-left: 0 } .group button:last-child { border-radius: 0 6px 6px 0 }
.group button:only-child { border-radius: 6px }
.stage { position: relative; background: var(--stage); overflow: hidden; touch-action: none; cursor: crosshair; min-height: 0 }
.stage canvas { position: absolute; inset: 0; width: 100%; height: 100% }
.stage canvas:first-child { image-rendering: pixelated }
.foot { border-top: 1px solid var(--line); background: var(--sheet); padding: 0.4rem 1rem; display: flex; flex-wrap: wrap; gap: 0.1rem 1.25rem; min-height: 2.3rem; font-size: 0.87rem }
.foot .rest { color: var(--quiet) }
.readout { display: flex; flex-wrap: wrap; gap: 0.1rem 1.1rem }
.readout b { font-weight: 600 }
.side { overflow-y: auto; border-left: 1px solid var(--line); background: var(--sheet); min-width: 0 }
.side details { border-bottom: 1px solid var(--line); padding: 0 1rem }
.side summary { cursor: pointer; padding: 0.7rem 0; font-weight: 600 }
.side details > div { padding-bottom: 0.9rem; display: grid; gap: 0.5rem }
.side h3 { font-size: 0.87rem; font-weight: 600; color: var(--quiet); margin: 0.5rem 0 0 }
.row { display: grid; grid-template-columns: 6.2rem minmax(0, 1fr); gap: 0.6rem; align-items: center }
.row label { color: var(--ink) }
.number { display: grid; grid-template-columns: 6.2rem minmax(3rem, 1fr) 6rem 3rem; gap: 0.5rem; align-items: center }
.number input[type=number] { width: 100%; text-align: right; padding: 0.2rem 0.35rem; min-height: 1.9rem }
.number input[type=number] { appearance: textfield } .number input::-webkit-inner-spin-button { display: none }
.number .unit { color: var(--quiet); font-size: 0.87rem }
.tick { display: inline-flex; gap: 0.45rem; align-items: center; min-height: 1.9rem }
.ticks { display: flex; flex-wrap: wrap; gap: 0.2rem 1.1rem }
fieldset.plain { border: 0; margin: 0; padding: 0 } fieldset.plain legend { padding: 0; color: var(--quiet); font-size: 0.87rem }
.buttons { display: flex; flex-wrap: wrap; gap: 0.4rem }
.note { color: var(--quiet); font-size: 0.87rem; margin: 0 }
[role=alert] { display: grid; gap: 0.5rem } [role=alert]:not(:empty) { padding: 0.75rem 1rem; border-bottom: 1px solid var(--line) }
.warning { background: var(--warn); color: var(--warn-ink); padding: 0.5rem 0.75rem; border-radius: 6px; margin: 0; font-size: 0.9rem }
.legend { display: grid; gap: 0.15rem }
.legend canvas { width: 100%; height: 0.85rem; border: 1px solid var(--line); border-radius: 3px }
.legend div { display: flex; justify-content: space-between; font-size: 0.8rem; color: var(--quiet) }
table { border-collapse: collapse; width: 100%; font-size: 0.87rem }
th, td { padding: 0.22rem 0.3rem; text-align: right; white-space: nowrap } th:first-child, td:first-child { text-align: left; padding-left: 0 }
td { border-top: 1px solid var(--line) }
th { font-weight: 600; color: var(--quiet) }
th button { border: 0; background: none; padding: 0; min-height: 0; font-weight: 600; color: var(--quiet) }
th[aria-sort] button { color: var(--accent) }
th { white-space: normal; vertical-align: bottom }
.table { overflow: auto; max-height: 20rem }
td button { border: 0; background: none; padding: 0; min-height: 0; color: var(--accent); text-align: left }
.chart { width: 100%; height: auto; display: block; overflow: visible }
.chart text { fill: var(--quiet); font-size: 11px } .chart .axis { stroke: var(--line) } .chart .curve { stroke: var(--accent); fill: none; stroke-width: 1.75 }
.chart .other { stroke: #c2410c; fill: none; stroke-width: 1.5 } .chart .dot { fill: var(--accent) } .chart .dot-other { fill: #c2410c }
@media (prefers-color-scheme: dark) { .chart .other { stroke: #ffb066 } .chart .dot-other { fill: #ffb066 } }
[hidden] { display: none !important }
.visually-hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap }
.drop { outline: 3px dashed var(--accent); outline-offset: -8px }
.report { max-width: 70rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; background: var(--sheet); min-height: 100vh }
.report h1 { font-size: 1.4rem; margin-bottom: 0.5rem } .report h2 { margin: 2rem 0 0.5rem; font-size: 1.15rem } .report h3 { font-size: 1rem; margin: 1.5rem 0 0.4rem }
.report .warning { margin: 0.5rem 0 } .report .table { max-height: none } .report .buttons { margin: 0.6rem 0 }
.report table { width: auto; min-width: min(100%, 34rem) } .report td, .report th { padding: 0.25rem 0.9rem 0.25rem 0 }
.facts th, .facts td { text-align: left; vertical-align: top; white-space: normal; overflow-wrap: break-word } .facts.long td:last-child { overflow-wrap: anywhere } .side .facts tbody th { border-top: 1px solid var(--line); font-weight: 400; width: 6.5rem }
 .report .facts th { white-space: nowrap; padding-right: 1.5rem; border-top: 1px solid var(--line) }
.report .figure { max-width: 34rem } .report .figure svg { max-width: 100%; height: auto } .report details > summary { cursor: pointer; padding: 0.5rem 0 }
.framed { border: 1px solid var(--line); border-radius: 8px; overflow: hidden } .framed .stage { height: min(70vh, 46rem) } .framed > details, .framed > .buttons { padding: 0 1rem; margin: 0.6rem 0 }
.framed details > div { display: grid; gap: 0.5rem; max-width: 26rem; padding-bottom: 0.8rem }
.boxes { display: flex; flex-wrap: wrap; gap: 0.9rem; margin: 0.6rem 0 } .boxes figure { margin: 0; display: grid; grid-template-columns: repeat(3, 4.4rem); gap: 2px }
.boxes canvas { width: 100%; image-rendering: pixelated; border: 1px solid var(--line) } .boxes figcaption { grid-column: 1 / -1; font-size: 0.85rem }
.boxes button { border: 0; background: none; padding: 0; min-height: 0; color: var(--accent) }
@media (max-width: 800px) {
  .page { display: block; height: auto }
  .work { display: block }
  .stage { height: min(100vw, 62vh) }
  .side { border-left: 0; border-top: 1px solid var(--line) }
  .head, .bar { padding: 0.5rem 0.75rem } .foot { padding: 0.4rem 0.75rem } .side details { padding: 0 0.75rem }
  .number { grid-template-columns: 6rem minmax(2.5rem, 1fr) 5.4rem 2.7rem; gap: 0.4rem }
  .report .facts tbody th { white-space: normal; padding-right: 0.75rem }
}
`;
