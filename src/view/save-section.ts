import { button, element } from "./element.js";
import { offerFile, scaleBar, windowAsPng, windowAsSvg } from "./save.js";
import { section } from "./section.js";
import type { Viewer } from "./viewer.js";

/**
 * Saves what the window shows.
 * @param pixelSizeMm undefined where nobody knows it
 * @param title of the picture
 */
export function saveSection(viewer: Viewer, pixelSizeMm: () => number | undefined, title: () => string): HTMLElement {
  const bar = () => scaleBar(viewer.camera.zoom, viewer.stage.clientHeight, pixelSizeMm(), true);
  const savePng = async (): Promise<void> => offerFile("braggtape.png", await windowAsPng(viewer, bar()));
  const saveSvg = (): void => offerFile("braggtape.svg", windowAsSvg(viewer, bar(), title()), "image/svg+xml");
  return section(
    "Save",
    false,
    element("p", { class: "note" }, "What the window shows, with a scale bar."),
    element("div", { class: "buttons" }, button("PNG", () => void savePng()), button("SVG", saveSvg)),
  );
}
