import { chart } from "./chart.js";
import { correlationSentences } from "./correlation-words.js";
import { escaped } from "./drawing.js";
import { chiSquareText, significant, unitSign, withDeviation, withMinus } from "./numbers.js";
import { refinedBlocks, type WithEsd } from "../refine/refined-blocks.js";
import { poleFigure } from "./pole-figure.js";
import type { PanelFit } from "../refine/panel-fit.js";
import type { Report, ReportImage } from "./report.js";

/** The part of a report that is text: it can be read without any program. */
export function reportHtml(report: Report): string {
  const { title, isConverged, reason, steps, seconds, loss, reducedChiSquare, warnings, provenance, images } = report;
  const outcome = isConverged ? "Converged" : "<strong>Not converged</strong>";
  return `<main class="report"><h1>${escaped(title)}</h1>
<p>${outcome}: ${escaped(reason)}, after ${steps} steps and ${seconds.toFixed(1)} s. Reduced chi-square ${chiSquareText(reducedChiSquare)} (1 where the model is right); misfit ${significant(loss, 7)}.</p>
${warnings.map((warning) => `<p class="warning">${escaped(warning)}</p>`).join("\n")}
<section><h2>Parameters</h2><div class="table whole">${parameterTable(report)}</div><div class="buttons" id="copies"></div></section>
${blocksSection(report)}
${images.map(imageSection).join("\n")}
<section><h2>Misfit</h2>${misfitChart(report)}<p class="note">Each curve is a width of the spots, or a sampling, which has a misfit of its own.</p></section>
<section><h2>Correlations</h2>${list(correlationSentences(report.parameters.map(({ name }) => name), report.correlations))}${correlationTable(report)}</section>
<section><h2>Provenance</h2>${facts([], provenance, true)}
<h3>Who said what</h3><p class="note">The experiment as it was before anything was refined, and where each number comes from.</p>
${facts(["", "value", "from"], report.facts.map(({ what, value, from }) => [what, value, from]))}
<h3>Files</h3>${facts(["file", "bytes", "SHA-256"], report.files.map(({ name, bytes, checksum }) => [name, bytes.toLocaleString("en"), checksum]), true)}</section>
</main>`;
}

function list(sentences: readonly string[]): string {
  return `<ul>${sentences.map((sentence) => `<li>${escaped(sentence)}</li>`).join("")}</ul>`;
}

/** A table of words, each row with its name in the first cell. Long words in the last one, such as checksums, may break anywhere. */
function facts(heads: readonly string[], rows: readonly (readonly string[])[], hasLongWords = false): string {
  const head = heads.length > 0 ? `<thead><tr>${heads.map((text) => `<th scope="col">${escaped(text)}</th>`).join("")}</tr></thead>` : "";
  const body = rows.map(([first, ...others]) => `<tr><th scope="row">${escaped(first)}</th>${others.map((cell) => `<td>${escaped(cell)}</td>`).join("")}</tr>`);
  return `<table class="facts${hasLongWords ? " long" : ""}">${head}<tbody>${body.join("\n")}</tbody></table>`;
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const head = heads.map((text) => `<th scope="col">${escaped(text)}</th>`).join("");
  const body = rows.map((row) => `<tr>${row.map((cell) => `<td>${escaped(cell)}</td>`).join("")}</tr>`);
  return `<table><thead><tr>${head}</tr></thead><tbody>${body.join("\n")}</tbody></table>`;
}

function parameterTable({ parameters }: Report): string {
  const rows = parameters.map(({ name, unit, start, value, esd }) => {
    const moved = esd ? withMinus(((value - start) / esd).toFixed(1)) : "";
    return [name.replaceAll("_", " "), significant(start, 6), esd === undefined ? `${significant(value, 6)} (not determined)` : withDeviation(value, esd), unitSign(unit), moved];
  });
  return table(["", "start", "refined (esd)", "unit", "moved by esds"], rows);
}

/** The blocks of a crystal of several. */
function blocksSection(report: Report): string {
  const blocks = refinedBlocks(report);
  if (blocks.length === 0) return "";
  const shown = ({ value, esd }: WithEsd, factor = 1): string => (esd === null ? `${significant(value * factor, 4)} (not determined)` : withDeviation(value * factor, esd * factor));
  const rows = blocks.map(({ rotationDeg, part }, i) => [String(i + 1), ...rotationDeg.map((turn) => shown(turn)), shown(part, 100)]);
  return `<section><h2>Blocks</h2><p class="note">Turns after the misset, against the first block, and the part of all that scatters.</p>
<div class="figure">${poleFigure(blocks)}</div>
<div class="table whole">${table(["block", "about X (°)", "about Y (°)", "about Z (°)", "part (%)"], rows)}</div></section>`;
}

function imageSection({ name, shells, spots, shrunk, panels }: ReportImage, index: number): string {
  const reduced = shrunk > 1 ? ` Each pixel of the overview is the brightest of ${shrunk} × ${shrunk}; the boxes below hold every pixel.` : "";
  const shellRows = shells.map(({ from, to, pixels, counted, expected, chiSquare }) => [
    `${from === Infinity ? "∞" : from.toFixed(2)} – ${to.toFixed(2)}`, pixels.toLocaleString("en"), significant(counted, 4), significant(expected, 4), Number.isNaN(chiSquare) ? "" : chiSquare.toFixed(2),
  ]);
  const isOnMany = panels.length > 0;
  const spotRows = spots.map(({ indices, panel, fast, slow, resolution, peak, misfit }) => [
    indices ? indices.map((i) => withMinus(String(i))).join(" ") : "", ...(isOnMany ? [panels[panel].name] : []), resolution.toFixed(2), fast.toFixed(0), slow.toFixed(0), significant(peak, 4), misfit.toFixed(1),
  ]);
  return `<section><h2>${escaped(name)}</h2><p class="note">Measured, model, difference and residual in sigmas.${reduced}</p>
<div class="report-viewer" data-image="${index}"></div>
<h3>Worst spots</h3><p class="note">By the root mean square of the residual around them, in sigmas. Measured, model and residual, side by side.</p>
<div class="boxes" data-boxes="${index}"></div>
<div class="table whole">${table(["h k l", ...(isOnMany ? ["panel"] : []), "d (Å)", "fast", "slow", "peak", "misfit (σ)"], spotRows)}</div>
<h3>By resolution</h3><div class="table whole">${table(["d (Å)", "pixels", "counted", "expected", "reduced χ²"], shellRows)}</div>${isOnMany ? panelTable(panels) : ""}</section>`;
}

function panelTable(panels: readonly PanelFit[]): string {
  const pixels = (value: number | undefined): string => (value === undefined ? "" : withMinus(value.toFixed(2)));
  const rows = panels.map(({ name, pixels: count, counted, expected, chiSquare, offsets }) => [
    name, count.toLocaleString("en"), significant(counted, 4), significant(expected, 4), chiSquare === null ? "" : chiSquare.toFixed(2),
    offsets ? String(offsets.spots) : "", pixels(offsets?.radial.mean), pixels(offsets?.radial.rms), pixels(offsets?.tangential.mean), pixels(offsets?.tangential.rms),
  ]);
  return `<h3>By panel</h3><p class="note">Offsets from where spots are expected to where they are, in pixels, away from the direct beam and around it: mean and root mean square.</p>
<div class="table whole">${table(["panel", "pixels", "counted", "expected", "reduced χ²", "spots", "radial", "rms", "tangential", "rms"], rows)}</div>`;
}

function misfitChart({ history }: Report): string {
  if (history.length === 0) return "<p>No step was taken.</p>";
  const stages = [...new Set(history.map(({ blur, oversample }) => `${blur} ${oversample}`))];
  const curves = stages.map((stage, i) => ({
    points: history.filter(({ blur, oversample }) => `${blur} ${oversample}` === stage).map(({ step, loss }) => ({ x: step, y: loss })),
    hasDots: true,
    isOther: i < stages.length - 1,
  }));
  return `<div class="figure">${chart({ curves, xLabel: "step", yLabel: "misfit", isLogarithmic: true, description: `Misfit of ${history.length} steps` })}</div>`;
}

function correlationTable({ parameters, correlations }: Report): string {
  const names = parameters.map(({ name }) => name.replaceAll("_", " "));
  const rows = correlations.map((row, i) => [names[i], ...row.map((value) => withMinus(value.toFixed(2).replace("-0.00", "0.00")))]);
  return `<details><summary>All of them</summary><div class="table whole">${table(["", ...names], rows)}</div></details>`;
}
