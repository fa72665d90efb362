import type { Refinement } from "../../refine/refine.js";
import { correlationMatrix, escaped, lossCurve } from "./charts.js";
import { summaryOf } from "../../refine/summary.js";
import { shown, shownChiSquare, withEsd } from "./report.js";

/** What a page shows besides the numbers. */
export interface PagePicture {
  readonly name: string;
  /** of a PNG file */
  readonly bytes: Uint8Array;
}

const style = `body { font: 15px/1.5 system-ui, sans-serif; color: #282c34; max-width: 1100px; margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.4rem } h2 { font-size: 1.1rem; margin-top: 2rem } img, svg { max-width: 100%; height: auto }
table { border-collapse: collapse } td, th { padding: 0.2rem 1rem 0.2rem 0; text-align: right } td:first-child, th:first-child { text-align: left }
th { border-bottom: 1px solid #282c34 } td { border-bottom: 1px solid #e2e5ea; font-variant-numeric: tabular-nums }
.warning { background: #fff3cd; padding: 0.5rem 1rem } figure { margin: 0; overflow-x: auto }`;

/** Everything about a refinement in one HTML page that needs no other file. */
export function refinementPage(refinement: Refinement, title: string, pictures: readonly PagePicture[], warnings: readonly string[]): string {
  const { converged, why, steps, seconds, loss } = summaryOf(refinement);
  const rows = refinement.parameters.map((parameter) => {
    const { value, esd } = withEsd(parameter);
    const moved = parameter.esd ? ((parameter.value - parameter.start) / parameter.esd).toFixed(1) : "";
    const cells = [parameter.name, shown(parameter.start, 6), value, esd, moved, parameter.unit].map((field) => `<td>${escaped(field)}</td>`);
    return `<tr>${cells.join("")}</tr>`;
  });
  const heads = ["", "start", "refined", "esd", "moved (esds)", "unit"].map((head) => `<th>${head}</th>`).join("");
  const shownPictures = pictures.map(({ name, bytes }) => {
    const source = `data:image/png;base64,${base64(bytes)}`;
    return `<h2>${escaped(name)}</h2><figure><img alt="observed, modelled and residual image" src="${source}"></figure>`;
  });
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${escaped(title)}</title><style>${style}</style></head><body>
<h1>${escaped(title)}</h1>
<p>${converged ? "Converged" : "<strong>Not converged</strong>"}: ${escaped(why)}, after ${steps} steps and ${seconds.toFixed(1)} s.
Reduced chi-square ${shownChiSquare(refinement.reducedChiSquare)} (1 where the model is right); misfit ${shown(loss, 7)}.</p>
${warnings.map((warning) => `<p class="warning">${escaped(warning)}</p>`).join("\n")}
<table><thead><tr>${heads}</tr></thead><tbody>${rows.join("\n")}</tbody></table>
${shownPictures.join("\n")}
<h2>Misfit</h2><figure>${lossCurve(refinement)}</figure>
<h2>Correlations</h2><figure>${correlationMatrix(refinement)}</figure>
</body></html>
`;
}

function base64(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}
