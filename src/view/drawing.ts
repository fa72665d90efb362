import type { Point } from "./camera.js";

/** A line or a piece of text over an image, in pixels of the window. What a screen shows and what a file holds are made of the same marks. */
export type Mark =
  | { readonly kind: "line"; readonly points: readonly Point[]; readonly colour: string; readonly width: number; readonly dash?: readonly number[] }
  | { readonly kind: "circle"; readonly at: Point; readonly radius: number; readonly colour: string; readonly width: number }
  | { readonly kind: "text"; readonly at: Point; readonly text: string; readonly size: number; readonly colour: string; readonly halo: string; readonly align: "start" | "middle" | "end" };

export const typeface = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'DejaVu Sans', sans-serif";

/** Draws marks on a canvas whose unit is a pixel of the window. */
export function drawMarks(context: CanvasRenderingContext2D, marks: readonly Mark[]): void {
  context.lineJoin = "round";
  for (const mark of marks) {
    if (mark.kind === "text") {
      context.font = `500 ${mark.size}px ${typeface}`;
      context.textAlign = mark.align === "middle" ? "center" : mark.align;
      context.textBaseline = "middle";
      context.lineWidth = 3;
      context.strokeStyle = mark.halo;
      context.strokeText(mark.text, mark.at.x, mark.at.y);
      context.fillStyle = mark.colour;
      context.fillText(mark.text, mark.at.x, mark.at.y);
      continue;
    }
    context.strokeStyle = mark.colour;
    context.lineWidth = mark.width;
    context.setLineDash(mark.kind === "line" ? [...(mark.dash ?? [])] : []);
    context.beginPath();
    if (mark.kind === "circle") context.arc(mark.at.x, mark.at.y, mark.radius, 0, 2 * Math.PI);
    else mark.points.forEach(({ x, y }, i) => (i === 0 ? context.moveTo(x, y) : context.lineTo(x, y)));
    context.stroke();
  }
  context.setLineDash([]);
}

/** Marks as elements of an SVG drawing. */
export function svgOf(marks: readonly Mark[]): string {
  return marks.map(svgOfMark).join("\n");
}

function svgOfMark(mark: Mark): string {
  switch (mark.kind) {
    case "circle":
      return `<circle cx="${short(mark.at.x)}" cy="${short(mark.at.y)}" r="${short(mark.radius)}" fill="none" stroke="${mark.colour}" stroke-width="${mark.width}"/>`;
    case "line": {
      const points = mark.points.map(({ x, y }) => `${short(x)},${short(y)}`).join(" ");
      const dash = mark.dash ? ` stroke-dasharray="${mark.dash.join(" ")}"` : "";
      return `<polyline points="${points}" fill="none" stroke="${mark.colour}" stroke-width="${mark.width}"${dash}/>`;
    }
    case "text":
      return (
        `<text x="${short(mark.at.x)}" y="${short(mark.at.y)}" font-size="${mark.size}" font-weight="500" text-anchor="${mark.align}" dominant-baseline="central" ` +
        `fill="${mark.colour}" stroke="${mark.halo}" stroke-width="3" paint-order="stroke">${escaped(mark.text)}</text>`
      );
  }
}

function short(value: number): string {
  return String(Number(value.toFixed(2)));
}

/** Text as it may stand in HTML and SVG. */
export function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[sign] ?? sign);
}
