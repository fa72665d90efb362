import { test } from "uvu";
import * as assert from "uvu/assert";
import { poleFigure } from "../../src/view/pole-figure.js";

const known = (value: number) => ({ value, esd: 0.001 });

test("the blocks of a pole figure stand around their mean, the farthest on the outer ring, each as large as its part", () => {
  const svg = poleFigure([
    { rotationDeg: [known(0), known(0), known(0)], part: known(0.75) },
    { rotationDeg: [known(0.04), known(-0.08), known(0.02)], part: known(0.25) },
  ]);
  const numbers = (text: string): number[] => (text.match(/-?\d+(\.\d+)?/g) ?? []).map(Number);
  const circles = (svg.match(/<circle cx="[^"]*" cy="[^"]*" r="[^"]*" fill="#/g) ?? []).map((text) => numbers(text).slice(0, 3));
  const ring = Math.max(...(svg.match(/<circle [^>]*fill="none"/g) ?? []).map((text) => numbers(text)[2]));
  const [[x1, y1, r1], [x2, y2, r2]] = circles;
  assert.ok(Math.abs(r1 ** 2 / r2 ** 2 - 3) < 0.05);
  // The mean is a quarter of the way from the first to the second block.
  const middle = [x1 + (x2 - x1) / 4, y1 + (y2 - y1) / 4];
  assert.ok(Math.abs(middle[0] - 220) < 0.2 && Math.abs(middle[1] - 220) < 0.2);
  assert.ok(Math.abs(Math.hypot(x2 - 220, y2 - 220) - ring) < 0.2);
  assert.ok(x2 > x1 && y2 > y1, "X is to the right, and Y is up");
  assert.match(svg, /2: 25 %/);
  assert.match(svg, /Z 0.015°/);
});

test.run();
