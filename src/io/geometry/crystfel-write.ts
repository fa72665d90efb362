import { InputError } from "../../ndarray/errors.js";
import { parseCrystfelGeometry } from "./crystfel.js";
import type { ExperimentRecord } from "./record.js";
import type { Vector3 } from "./vector.js";

/** Differences of mm and of direction cosines that no file states. */
const rounding = 1e-9;

/**
 * A CrystFEL geometry file with its panels elsewhere. Lines of panels that have not moved, and all other lines, stay as they are; what a
 * line cannot state in its place is added at the end.
 * @param text of the file
 * @param refined its record with panels that have moved
 * @throws InputError when the record has other panels than the file
 */
export function formatCrystfelGeometry(text: string, refined: ExperimentRecord): string {
  const { panels, source } = parseCrystfelGeometry(text, refined.source);
  const [ending] = /\r\n|\r|\n/.exec(text) ?? ["\n"];
  const lines = text.split(ending);
  if (lines.at(-1) === "") lines.pop();
  if (panels.length !== refined.panels.length) throw new InputError(`${source} has ${panels.length} panels, and ${refined.panels.length} are to be written`);
  panels.forEach((before, i) => {
    const panel = refined.panels[i];
    if (panel.name !== before.name) throw new InputError(`${source}: panel ${i} is called ${before.name}, and ${panel.name} is to be written`);
    const set = (key: string, value: string): void => {
      const at = lines.map((line) => line.replace(/;.*/, "").split("=")[0].trim()).lastIndexOf(`${panel.name}/${key}`);
      if (at < 0) lines.push(`${panel.name}/${key} = ${value}`);
      else lines[at] = lines[at].replace(/=[^;]*?(\s*(;.*)?)$/, `= ${value}$1`);
    };
    const movedBy = (axis: number): number => panel.originMm[axis] - before.originMm[axis];
    const isMoved = (axis: number): boolean => Math.abs(movedBy(axis)) > rounding;
    const isTurned = (key: "fast" | "slow"): boolean => panel[key].some((x, axis) => Math.abs(x - before[key][axis]) > rounding);
    if (isMoved(0)) set("corner_x", String(numberFor(lines, panel.name, "corner_x") + movedBy(0) / panel.pixelSizeMm));
    if (isMoved(1)) set("corner_y", String(numberFor(lines, panel.name, "corner_y") + movedBy(1) / panel.pixelSizeMm));
    if (isTurned("fast")) set("fs", directionText(panel.fast));
    if (isTurned("slow")) set("ss", directionText(panel.slow));
    if (isMoved(2)) set("coffset", String((numberFor(lines, panel.name, "coffset") * 1000 + movedBy(2)) / 1000));
  });
  return `${lines.join(ending)}${ending}`;
}

/** A CrystFEL geometry file with another camera length, in mm. */
export function withCameraLength(text: string, cameraMm: number): string {
  return text.replace(/^([^;=\r\n]*\bclen[ \t]*=[ \t]*)[^;\r\n]*?(?=[ \t]*(?:;|$))/gm, `$1${Number((cameraMm / 1000).toPrecision(12))} m`);
}

function directionText([x, y, z]: Vector3): string {
  const term = (value: number, axis: string): string => `${value < 0 ? "-" : "+"}${Math.abs(value).toFixed(9)}${axis}`;
  return `${term(x, "x")} ${term(y, "y")} ${term(z, "z")}`;
}

/** The number that holds for a panel: its own, or the last one for all panels in front of its first line. */
function numberFor(lines: readonly string[], panel: string, name: string): number {
  let general = 0;
  let own: number | undefined;
  let isBegun = false;
  for (const line of lines) {
    const [key, value] = line.replace(/;.*/, "").split("=").map((part) => part.trim());
    isBegun ||= key.startsWith(`${panel}/`);
    if (key === name && !isBegun) general = Number(value.split(/\s+/)[0]);
    if (key === `${panel}/${name}`) own = Number(value.split(/\s+/)[0]);
  }
  return own ?? general;
}
