/**
 * Refines the geometry of a simulated CSPAD: 64 panels, each of which is shifted by 100 um and turned by 0.1 degrees (standard deviation
 * along and about each axis) against what the geometry file says, from stills of crystals in random orientations that are known to 0.05
 * degrees and refined with the geometry. `npx tsx scripts/refine-geometry.ts [--shots N] [--geometry FILE.geom] [--out FILE.md]`
 */
import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { parseCrystfelGeometry } from "../src/io/geometry/crystfel.js";
import { evAngstrom } from "../src/io/geometry/photon.js";
import { ops, PanelModel, Ran1, randomOrientation, StructureFactors, zeros, type GroupMove, type PanelledDetector } from "../src/index.js";
import { gaussdev, poidev } from "../src/simulate/noise.js";
import { orientedLattice } from "../src/models/crystal.js";
import { boxedDetector, type PanelBox } from "../src/models/panel-boxes.js";
import { allPanels, groupsOf, panelFrame } from "../src/models/panels.js";
import { refineGeometry, type GeometryOptions, type Shot } from "../src/refine/geometry.js";
import type { Quantity } from "../src/autodiff/tape.js";
import type { ExperimentOfPanels } from "../src/simulate/panel-options.js";
import type { Vector } from "../src/physics/vector.js";
import { struckBy, type Geometry, type PanelGeometry } from "../src/view/geometry.js";
import { predictedSpots, type PredictedSpot } from "../src/view/predicted-spots.js";
import { cspadGeometry } from "./cspad.js";
import { panelsPicture } from "./report/panels-picture.js";

const { values: given } = parseArgs({ options: { shots: { type: "string", default: "20" }, spots: { type: "string", default: "4" }, geometry: { type: "string" }, out: { type: "string" } } });
const shotCount = Number(given.shots);
/** of a panel in a shot, at the most: the brightest ones */
const spotsOfPanel = Number(given.spots);
const [shiftMm, turnDeg, orientationDeg] = [0.1, 0.1, 0.05];
/** pixels along a box: the spots, and as much around them as they may be elsewhere */
const edge = 15;
const [dminA, cameraLengthMm] = [2, 180];

const record = parseCrystfelGeometry(given.geometry === undefined ? cspadGeometry({ cameraLengthM: cameraLengthMm / 1000 }) : readFileSync(given.geometry, "utf8"), given.geometry ?? "the CSPAD's layout");
const wavelengthA = record.beam.wavelengthA ?? evAngstrom / 9500;
// A file that leaves the camera length to its images says where the panels stand up to a shift along the beam.
const distanceMm = record.openShift ? cameraLengthMm - record.panels[0].originMm[2] : 0;
const names = record.panels.map(({ name }) => name);
const detector: PanelledDetector = {
  panels: record.panels.map(({ name, pixels, pixelSizeMm, originMm: [x, y, z], fast, slow }) => ({ name, pixels, pixelSizeMm, fast, slow, originMm: [x, y, z + distanceMm] })),
  mounting: { name: allPanels, children: names.map((name, i) => ({ name, children: [i] })) },
  axes: { beam: [0, 0, 1], polarization: [1, 0, 0], spindle: [1, 0, 0] },
};

const random = new Ran1().stream(-1);
const gaussian = gaussdev(random);
const poisson = poidev(random);
const three = (sigma: number): Vector<number> => [sigma * gaussian(), sigma * gaussian(), sigma * gaussian()];
const truth: Record<string, GroupMove> = Object.fromEntries(names.map((name) => [name, { shiftMm: three(shiftMm), turnDeg: three(turnDeg) }]));

/** Amplitudes of a protein crystal: Wilson's distribution, falling with a B factor of 20 square angstroms. */
const cell = { a: 79.1, b: 79.1, c: 38.1, alpha: 90, beta: 90, gamma: 90 };
const most = [Math.ceil(cell.a / dminA), Math.ceil(cell.b / dminA), Math.ceil(cell.c / dminA)];
const grid = zeros(most.map((count) => 2 * count + 1));
for (let i = 0; i < grid.size; i++) {
  const l = (i % grid.shape[2]) - most[2];
  const k = (Math.floor(i / grid.shape[2]) % grid.shape[1]) - most[1];
  const h = Math.floor(i / grid.shape[2] / grid.shape[1]) - most[0];
  const sharp = (h / cell.a) ** 2 + (k / cell.b) ** 2 + (l / cell.c) ** 2;
  grid.data[i] = 400 * Math.sqrt(-Math.log(random())) * Math.exp((-20 * sharp) / 4);
}
const structureFactors = new StructureFactors(grid, most.map((count) => -count));

type Own = { readonly missetDeg: Vector<number>; readonly logScale: number };
const [etaDeg, bandwidthPercent, cells, footprintMm, background] = [0.06, 0.05, 30, 0.05, 0.3];
const experimentOf = ({ missetDeg, logScale }: { readonly missetDeg: Vector; readonly logScale: Quantity }): ExperimentOfPanels => ({
  beam: { wavelengthA, fluence: ops.mul(1.2e25, ops.exp(logScale)), bandwidthPercent },
  crystal: { lattice: cell, missetDeg, cells: [cells, cells, cells], etaDeg },
  structureFactors,
  footprintMm,
  background: [Math.log(background)],
});

const framesOf = (groups: Readonly<Record<string, GroupMove>>): PanelGeometry[] => {
  const resting = new Map(groupsOf(detector).map((group) => [group.name, group.centreMm]));
  const numbers = (vector: Vector): Vector<number> => [Number(vector[0]), Number(vector[1]), Number(vector[2])];
  return detector.panels.map((panel) => {
    const { originMm, fast, slow } = panelFrame(panel, groups[panel.name] ? [{ centreMm: resting.get(panel.name) ?? [0, 0, 0], move: groups[panel.name] }] : []);
    return { origin: numbers(originMm), fast: numbers(fast), slow: numbers(slow), pixelSizeMm: panel.pixelSizeMm, pixels: panel.pixels };
  });
};
const geometryOf = (groups: Readonly<Record<string, GroupMove>>, { missetDeg }: Own): Geometry => {
  const { a, b, c } = orientedLattice({ lattice: cell, missetDeg }).direct;
  const numbers = (vector: Vector): Vector<number> => [Number(vector[0]), Number(vector[1]), Number(vector[2])];
  return { panels: framesOf(groups), beam: [0, 0, 1], wavelengthA, lattice: [numbers(a), numbers(b), numbers(c)] };
};
const limits = { width: 0.5 / (cells * cell.c), mosaicRad: (etaDeg * Math.PI) / 180, bandwidth: bandwidthPercent / 100, dmin: dminA };
const brightness = ({ indices: [h, k, l], excitation, resolution }: PredictedSpot): number => {
  const width = limits.width + limits.mosaicRad / resolution;
  return (grid.get(h + most[0], k + most[1], l + most[2]) * Math.exp(-(((excitation / width) ** 2) / 4))) ** 2;
};

/** What the experimenter has: counts in boxes around the spots that the geometry file and the indexed orientation predict. */
interface TrueShot extends Shot<Own> {
  readonly truth: Own;
}

function shotNumber(i: number): TrueShot {
  const missetDeg = randomOrientation(7, i);
  const own: Own = { missetDeg, logScale: 0 };
  const start: Own = { missetDeg: [missetDeg[0] + orientationDeg * gaussian(), missetDeg[1] + orientationDeg * gaussian(), missetDeg[2] + orientationDeg * gaussian()], logScale: 0 };
  const boxes: PanelBox[] = [];
  const bright = predictedSpots(geometryOf({}, start), limits).sort((one, other) => brightness(other) - brightness(one));
  for (const { panel, fast, slow } of bright) {
    if (boxes.filter((other) => other.panel === panel).length === spotsOfPanel) continue;
    const box = { panel, fast: Math.floor(fast) - (edge - 1) / 2, slow: Math.floor(slow) - (edge - 1) / 2 };
    const { pixels } = detector.panels[panel];
    const isInside = box.fast >= 0 && box.slow >= 0 && box.fast + edge <= pixels.fast && box.slow + edge <= pixels.slow;
    if (isInside && !boxes.some((other) => other.panel === panel && Math.abs(other.fast - box.fast) < edge && Math.abs(other.slow - box.slow) < edge)) boxes.push(box);
  }
  const { image } = new PanelModel<Own>(boxedDetector(detector, boxes, edge), experimentOf, { spots: "closed", skip: "nothing" }).simulate({ experiment: own, groups: truth });
  const counts = zeros(image.shape);
  for (let pixel = 0; pixel < counts.size; pixel++) counts.data[pixel] = poisson(image.data[pixel]);
  return { boxes, counts, start, truth: own };
}

/** Distances in um between predicted and true places of all reflections that a shot shows. */
function errorsOf(groups: Readonly<Record<string, GroupMove>>, own: Own, shot: TrueShot): number[] {
  const model = geometryOf(groups, own);
  const [a, b, c] = model.lattice ?? [];
  const { reciprocal } = orientedLattice({ lattice: cell, missetDeg: own.missetDeg });
  return predictedSpots(geometryOf(truth, shot.truth), limits).map(({ indices: [h, k, l], panel, fast, slow }) => {
    const along = (axis: 0 | 1 | 2): number => h * Number(reciprocal.aStar[axis]) + k * Number(reciprocal.bStar[axis]) + l * Number(reciprocal.cStar[axis]);
    const at = a && b && c && struckBy(model.panels[panel], [along(0), along(1), along(2) + 1 / wavelengthA]);
    return at ? 1000 * detector.panels[panel].pixelSizeMm * Math.hypot(at.fast - fast, at.slow - slow) : Infinity;
  });
}

const began = performance.now();
const seconds = (): string => ((performance.now() - began) / 1000).toFixed(0);
const shots = Array.from({ length: shotCount }, (_, i) => shotNumber(i));
const boxCount = shots.reduce((sum, { boxes }) => sum + boxes.length, 0);
const inBoxes = shots.flatMap(({ boxes, counts }) => boxes.map((_, i) => counts.data.slice(i * edge * edge, (i + 1) * edge * edge)).map((box) => [...box].reduce((sum, x) => sum + x, -background * edge * edge)));
const median = [...inBoxes].sort((one, other) => one - other)[Math.floor(inBoxes.length / 2)];
console.log(`${shots.length} shots, ${boxCount} boxes with ${median.toFixed(0)} photons (median) ${seconds()} s`);

const options: GeometryOptions = {
  groups: names,
  mountedWithin: { shiftMm, turnDeg },
  onStep: (step, cost) => console.log(`step ${step}: cost ${cost.toFixed(1)} ${seconds()} s`),
};
const refined = await refineGeometry<Own>(detector, shots, experimentOf, options);

/** Orientations and scales alone, with the panels where the groups' moves bring them. */
async function orientedWith(groups: Readonly<Record<string, GroupMove>>): Promise<readonly Own[]> {
  const panels = framesOf(groups).map(({ origin, fast, slow }, i) => ({ ...detector.panels[i], originMm: origin, fast, slow }));
  return (await refineGeometry<Own>({ ...detector, panels }, shots, experimentOf, { ...options, groups: [] })).own;
}
const error = (groups: Readonly<Record<string, GroupMove>>, own: readonly Own[]): number => {
  const errors = shots.flatMap((shot, i) => errorsOf(groups, own[i], shot));
  return Math.sqrt(errors.reduce((sum, x) => sum + x * x, 0) / errors.length);
};
const [before, after, best] = [error({}, await orientedWith({})), error(refined.groups, refined.own), error(truth, await orientedWith(truth))];
const regained = `${((100 * (before - after)) / (before - best)).toFixed(1)} %`;
const um = (x: number): string => x.toFixed(1);
/** By how much a geometry has the panels' middles elsewhere than they are, across the beam, without what a turn of all about the beam makes. */
function displacements(groups: Readonly<Record<string, GroupMove>>): [number, number][] {
  const middles = ({ origin, fast, slow, pixelSizeMm, pixels }: PanelGeometry): [number, number] => {
    const along = (axis: 0 | 1): number => origin[axis] + (pixelSizeMm / 2) * (pixels.fast * fast[axis] + pixels.slow * slow[axis]);
    return [along(0), along(1)];
  };
  const right = framesOf(truth).map(middles);
  const off = framesOf(groups).map(middles).map(([x, y], i): [number, number] => [x - right[i][0], y - right[i][1]]);
  const turn = off.reduce((sum, [dx, dy], i) => sum + right[i][0] * dy - right[i][1] * dx, 0) / right.reduce((sum, [x, y]) => sum + x * x + y * y, 0);
  return off.map(([dx, dy], i) => [dx + turn * right[i][1], dy - turn * right[i][0]]);
}
const magnified = 60;
const picture = (): string => {
  const drawn = [{ off: displacements({}), colour: "#c33" }, { off: displacements(refined.groups), colour: "#06c" }];
  return panelsPicture(detector.panels, names.map((_, i) => drawn.map(({ off, colour }) => ({ mm: [magnified * off[i][0], magnified * off[i][1]] as const, colour }))));
};

const page = `# The geometry of a detector of 64 panels, refined

\`npx tsx scripts/refine-geometry.ts\` simulates ${shots.length} stills on a detector in the layout of a CSPAD (64 panels of 194 x 185 pixels of 0.11 mm at ${cameraLengthMm} mm,
${wavelengthA.toFixed(3)} Å), whose panels are each shifted by ${1000 * shiftMm} µm and turned by ${turnDeg}° (standard deviations along and about each axis) against the geometry file. The cell
(79.1 79.1 38.1 Å) and the amplitudes are known, the orientations are random and known to ${orientationDeg}° about each axis, and every count has Poisson noise.

Where the panels stand (${names.length * 6} parameters) is refined together with each still's orientation and scale, against ${boxCount} boxes of ${edge} x ${edge} pixels around
predicted spots (at most ${spotsOfPanel} in a panel of a still, ${median.toFixed(0)} photons in the median), by Poisson likelihood. The stills' own parameters are eliminated from the normal equations.

| geometry | rms distance of predicted from true spots, µm |
|---|---|
| of the file, orientations refined | ${um(before)} |
| refined with the orientations | ${um(after)} |
| true, orientations refined | ${um(best)} |

Of the error that the wrong geometry causes **${regained}** is regained, over all reflections that the stills show, in ${refined.steps} steps.

![The panels, and how far off they are before and after](panels.svg)

The picture shows how far off each panel is across the beam, ${magnified} times enlarged: red by the file, blue when refined (nearly all within the arrows' heads). A green line marks a panel's first row.

What no still tells is held by the tolerance of the mounting (${1000 * shiftMm} µm, ${turnDeg}°): a turn of the whole detector about the beam, which turns all crystals likewise, and shifts of
panels along the rays that strike them. The distance and the shift across the beam are told by the cell and the wavelength, which are known here; where these are refined,
too, distance and cell are one parameter.
`;
console.log(`rms distance of predicted from true spots, um: ${um(before)} faulty, ${um(after)} refined, ${um(best)} true: ${regained} regained ${seconds()} s`);
if (given.out !== undefined) {
  writeFileSync(given.out, page);
  writeFileSync(given.out.replace(/\.md$/, ".svg"), picture());
}
