import { escaped, drawMarks, svgOf, typeface, type Mark } from "./drawing.js";
import type { Viewer } from "./viewer.js";

const scaleBarWidth = 120;

/** Hands a file to the person at the screen. */
export function offerFile(name: string, content: Blob | string, type = "text/plain"): void {
  const blob = typeof content === "string" ? new Blob([content], { type }) : content;
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** A bar of a round length, drawn into the lower left corner. */
export function scaleBar(zoom: number, height: number, pixelSizeMm: number | undefined, isLight: boolean): Mark[] {
  const perUnit = pixelSizeMm === undefined ? zoom : zoom / pixelSizeMm;
  const longest = scaleBarWidth / perUnit;
  const power = 10 ** Math.floor(Math.log10(longest));
  const length = power * (longest / power >= 5 ? 5 : longest / power >= 2 ? 2 : 1);
  const [x, y] = [20, height - 20];
  const colour = isLight ? "#1b2027" : "#ffffff";
  const halo = isLight ? "rgba(255,255,255,0.85)" : "rgba(0,0,0,0.75)";
  const unit = pixelSizeMm === undefined ? "pixels" : "mm";
  const end = x + length * perUnit;
  return [
    { kind: "line", points: [{ x, y: y - 4 }, { x, y }, { x: end, y }, { x: end, y: y - 4 }], colour, width: 2 },
    { kind: "text", at: { x: (x + end) / 2, y: y - 12 }, text: `${length} ${unit}`, size: 12, colour, halo, align: "middle" },
  ];
}

/** The window as a PNG, at the resolution of the screen. */
export async function windowAsPng(viewer: Viewer, extra: readonly Mark[]): Promise<Blob> {
  viewer.draw();
  const { canvas, window } = viewer.picture();
  const ratio = Math.max(2, globalThis.devicePixelRatio);
  const target = document.createElement("canvas");
  [target.width, target.height] = [window.width * ratio, window.height * ratio];
  const context = target.getContext("2d");
  if (!context) throw new TypeError("this browser draws no canvas");
  context.imageSmoothingEnabled = false;
  context.fillStyle = "#ffffff";
  context.fillRect(0, 0, target.width, target.height);
  context.drawImage(canvas, 0, 0, target.width, target.height);
  context.scale(ratio, ratio);
  drawMarks(context, [...viewer.marks(), ...extra]);
  return new Promise((resolve, reject) => target.toBlob((blob) => (blob ? resolve(blob) : reject(new TypeError("the picture is too large")))));
}

/** The window as an SVG: the image as pixels, lines and type as they are. */
export function windowAsSvg(viewer: Viewer, extra: readonly Mark[], title: string): string {
  viewer.draw();
  const { canvas, window } = viewer.picture();
  const { width, height } = window;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="${escaped(typeface)}">` +
    `<title>${escaped(title)}</title><rect width="100%" height="100%" fill="#ffffff"/>` +
    `<image width="${width}" height="${height}" preserveAspectRatio="none" style="image-rendering:pixelated" href="${canvas.toDataURL("image/png")}"/>\n` +
    `${svgOf([...viewer.marks(), ...extra])}\n</svg>\n`
  );
}
