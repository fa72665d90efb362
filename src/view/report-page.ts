/** The report's program: pictures that can be moved, boxes of spots, and tables to take away. */
import { colourTable, isLight, likelyRange, type Contrast } from "./colour-scale.js";
import { button, element } from "./element.js";
import { unpackedPage } from "./page-data.js";
import { offerFile } from "./save.js";
import { sigmasShown } from "./layer.js";
import { Pyramid } from "./pyramid.js";
import { paint } from "./raster.js";
import { upright } from "./placement.js";
import type { NdArray } from "../ndarray/ndarray.js";
import type { Report, ReportImage, ReportSpot } from "./report.js";
import { ReportViewer } from "./report-viewer.js";

const report = await unpackedPage<Report>();
for (const place of document.querySelectorAll<HTMLElement>("[data-image]")) {
  const image = report.images[Number(place.dataset.image)];
  const viewer = new ReportViewer(image);
  place.append(viewer.element);
  const boxes = document.querySelector(`[data-boxes="${place.dataset.image}"]`);
  boxes?.append(...image.spots.map((spot) => boxOf(spot, image, viewer)));
}
document.getElementById("copies")?.append(
  button("Copy as a table", () => void navigator.clipboard.writeText(rows("\t"))),
  button("CSV", () => offerFile("parameters.csv", rows(","), "text/csv")),
  button("JSON", () => offerFile("parameters.json", `${JSON.stringify(report.parameters, undefined, 1)}\n`, "application/json")),
);

/** The parameters with all their digits. */
function rows(separator: string): string {
  const lines = report.parameters.map(({ name, unit, start, value, esd }) => [name, start, value, esd ?? "", unit].join(separator));
  return `${[["name", "start", "value", "esd", "unit"].join(separator), ...lines].join("\n")}\n`;
}

/** A spot three times: as it was measured, as the model has it, and what is left. */
function boxOf(spot: ReportSpot, { shrunk }: ReportImage, viewer: ReportViewer): HTMLElement {
  const photons: Contrast = { scale: viewer.scale, curve: "square root", ...likelyRange([...spot.measured.data, ...spot.model.data], "linear") };
  const sigmas: Contrast = { scale: isLight(viewer.scale) ? "residual" : "dark residual", curve: "linear", low: -sigmasShown, high: sigmasShown };
  const pictures = [[spot.measured, photons], [spot.model, photons], [spot.residual, sigmas]] as const;
  const name = spot.indices ? spot.indices.join(" ").replaceAll("-", "−") : "";
  const go = button(name, () => viewer.goTo({ panel: spot.panel, fast: spot.fast / shrunk, slow: spot.slow / shrunk }), { "aria-label": `Go to the spot ${name}` });
  return element("figure", {}, ...pictures.map(([pixels, contrast]) => canvasOf(pixels, contrast)), element("figcaption", {}, go, ` ${spot.misfit.toFixed(1)} σ`));
}

function canvasOf(pixels: NdArray, contrast: Contrast): HTMLCanvasElement {
  const [height, width] = pixels.shape;
  const canvas = element("canvas", { width, height, "aria-hidden": "true" });
  const context = canvas.getContext("2d");
  if (!context) return canvas;
  const drawn = context.createImageData(width, height);
  const camera = { centre: { x: width / 2, y: height / 2 }, zoom: 1 };
  paint(new Int32Array(drawn.data.buffer), { width, height }, camera, [{ pyramid: new Pyramid(pixels), placement: upright }], colourTable(contrast));
  context.putImageData(drawn, 0, 0);
  return canvas;
}
