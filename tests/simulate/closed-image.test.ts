import { test } from "uvu";
import * as assert from "uvu/assert";
import { known, type Quantity } from "../../src/autodiff/tape.js";
import { orientedLattice, type Crystal } from "../../src/models/crystal.js";
import type { Beam } from "../../src/models/beam.js";
import type { Detector } from "../../src/models/detector.js";
import type { Experiment } from "../../src/models/experiment.js";
import { StructureFactors } from "../../src/models/structure-factors.js";
import { zeros, type NdArray } from "../../src/ndarray/ndarray.js";
import { electronRadiusSquared } from "../../src/physics/constants.js";
import type { Vector } from "../../src/physics/vector.js";
import type { ImageOptions } from "../../src/simulate/image-options.js";
import { simulate } from "../../src/simulate/simulate.js";
import { reflectionsInReach, spotReach } from "../../src/simulate/spot-reach.js";

const grid = zeros([17, 17, 17]);
for (let i = 0; i < grid.size; i++) grid.data[i] = 60 + 40 * Math.sin(1.7 * i);
const structureFactors = new StructureFactors(grid, [-8, -8, -8], { defaultF: 20 });

const plain: Crystal = { lattice: { a: 30, b: 34, c: 41, alpha: 84, beta: 97, gamma: 102 }, missetDeg: [11, 22, 33], cells: [6, 8, 5] };
const crystal: Crystal = { ...plain, etaDeg: 1 };
const beam: Beam = { wavelengthA: 1.1, fluence: 1e27, kahnFactor: 0.4 };
const detector: Detector = { pixels: { fast: 7, slow: 5 }, pixelSizeMm: 1.5, distanceMm: 60, beamCenterMm: { x: -4, y: -3 } };
const experiment: Experiment = { beam, crystal, detector, structureFactors };
const wide: Experiment = {
  ...experiment,
  beam: { ...beam, bandwidthPercent: 1.5, beamDivergenceMrad: [4, 9] },
  crystal: { ...crystal, etaDeg: [1, 2, 1.5], bFactorA2: [10, 20, 15, 3, -2, 4] },
  detector: { ...detector, footprintMm: [0.5, 0.3, 0.2] },
};

const closed = (image: Experiment, options: ImageOptions = {}): NdArray => simulate(image, { spots: "closed", interpolation: "nearest", ...options }).image;

function assertSame(found: NdArray, wanted: ArrayLike<number>, tolerance: number): void {
  const largest = Math.max(...Array.from(wanted));
  assert.ok(largest > 0);
  for (let i = 0; i < found.size; i++) {
    assert.ok(Math.abs(found.data[i] - wanted[i]) <= tolerance * largest, `pixel ${i}: ${found.data[i]}, not ${wanted[i]}`);
  }
}

type Rows = readonly (readonly number[])[];
const times = (m: Rows, v: readonly number[]): number[] => m.map((row) => row.reduce((sum, x, i) => sum + x * v[i], 0));
const product = (m: Rows, n: Rows): number[][] => m.map((row) => n[0].map((_, j) => row.reduce((sum, x, k) => sum + x * n[k][j], 0)));
const transposed = (m: Rows): number[][] => m[0].map((_, j) => m.map((row) => row[j]));
const crossed = ([a, b, c]: readonly number[]): number[][] => [[0, -c, b], [c, 0, -a], [-b, a, 0]];
function inverted(m: Rows): { readonly inverse: number[][]; readonly determinant: number } {
  const cofactor = (i: number, j: number): number => m[(i + 1) % 3][(j + 1) % 3] * m[(i + 2) % 3][(j + 2) % 3] - m[(i + 1) % 3][(j + 2) % 3] * m[(i + 2) % 3][(j + 1) % 3];
  const determinant = [0, 1, 2].reduce((sum, j) => sum + m[0][j] * cofactor(0, j), 0);
  return { determinant, inverse: [0, 1, 2].map((i) => [0, 1, 2].map((j) => cofactor(j, i) / determinant)) };
}

/** The covariances of the laboratory, in Å⁻², as they are defined, and all reflections of the grid: in MOSFLM's geometry. */
function asDefined({ beam, crystal, detector }: Experiment): number[] {
  const { reciprocal } = orientedLattice(crystal);
  const numbers = (v: Vector): number[] => v.map(known);
  const columns = transposed([numbers(reciprocal.aStar), numbers(reciprocal.bStar), numbers(reciprocal.cStar)]);
  const real = inverted(columns).inverse;
  const cells = (crystal.cells ?? []).map((n: Quantity) => known(n));
  const [x] = [numbers(reciprocal.aStar)].map((v) => v.map((c) => c / Math.hypot(...v)));
  const z = real[2].map((c) => c / Math.hypot(...real[2]));
  const y = times(crossed(z), x);
  const frame = transposed([x, y, z]);
  const own = inverted([0, 1, 2].map((i) => [0, 1, 2].map((j) => (4 / 0.63) * cells.reduce((sum, n, axis) => sum + n * n * real[axis][i] * real[axis][j], 0))));
  const [ex, ey, ez] = Array.isArray(crystal.etaDeg) ? crystal.etaDeg.map((deg: number) => (deg * Math.PI) / 180) : [0, 0, 0];
  const turns = product(product(frame, [[ex ** 2, 0, 0], [0, ey ** 2, 0], [0, 0, ez ** 2]]), transposed(frame));
  const [horizontal, vertical] = Array.isArray(beam.beamDivergenceMrad) ? beam.beamDivergenceMrad : [0, 0];
  const [ff, ss, fs] = Array.isArray(detector.footprintMm) ? detector.footprintMm : [0, 0, 0];
  const [bxx, byy, bzz, bxy, bxz, byz] = Array.isArray(crystal.bFactorA2) ? crystal.bFactorA2 : [0, 0, 0, 0, 0, 0];
  const temperature = product(product(frame, [[bxx, bxy, bxz], [bxy, byy, byz], [bxz, byz, bzz]]), transposed(frame));
  const { wavelengthA, fluence = 1, kahnFactor = 0, bandwidthPercent = 0 } = beam;
  const pixel = detector.pixelSizeMm;
  const place = [[ff ** 2 + fs ** 2 + pixel ** 2 / 12, fs * (ff + ss)], [fs * (ff + ss), ss ** 2 + fs ** 2 + pixel ** 2 / 12]];
  const photons: number[] = [];
  for (let slow = 0; slow < detector.pixels.slow; slow++) {
    for (let fast = 0; fast < detector.pixels.fast; fast++) {
      // The beam is X, fast is Z, slow is -Y; the beam strikes half a pixel behind the beam centre.
      const along = (fast + 0.5) * pixel - (known(detector.beamCenterMm?.y ?? 0) + pixel / 2);
      const down = (slow + 0.5) * pixel - (known(detector.beamCenterMm?.x ?? 0) + pixel / 2);
      const position = [known(detector.distanceMm ?? 0), -down, along];
      const distance = Math.hypot(...position);
      const direction = position.map((component) => component / distance);
      const q = [direction[0] - 1, direction[1], direction[2]].map((component) => component / wavelengthA);
      const jacobian = [[0, 0, 1], [0, -1, 0]].map((axis) => {
        const across = axis.reduce((sum, component, i) => sum + component * direction[i], 0);
        return axis.map((component, i) => (component - across * direction[i]) / distance / wavelengthA);
      });
      let electrons = 0;
      for (let h = -8; h <= 8; h++) for (let k = -8; k <= 8; k++) for (let l = -8; l <= 8; l++) {
        const at = times(columns, [h, k, l]);
        const mosaic = product(product(crossed(at), turns), transposed(crossed(at)));
        const plane = product(product(transposed(jacobian), place), jacobian);
        const whole = own.inverse.map((row, i) => row.map((entry, j) =>
          entry + mosaic[i][j] + (bandwidthPercent / 100) ** 2 * q[i] * q[j] + plane[i][j] +
            (i !== j || i === 0 ? 0 : ((i === 2 ? horizontal : vertical) / 1000 / wavelengthA) ** 2)));
        const { inverse, determinant } = inverted(whole);
        const d = q.map((component, i) => component - at[i]);
        const exponent = d.reduce((sum, component, i) => sum + component * times(inverse, d)[i], 0);
        const f = structureFactors.grid.get(h + 8, k + 8, l + 8);
        const b = at.reduce((sum, component, i) => sum + component * times(temperature, at)[i], 0);
        electrons += f ** 2 * (cells[0] * cells[1] * cells[2]) ** 2 * Math.exp(-b / 2 - exponent / 2) / Math.sqrt(own.determinant * determinant);
      }
      const omega = (pixel ** 2 * known(detector.distanceMm ?? 0)) / distance ** 3;
      const kahn = kahnFactor * (direction[2] ** 2 - direction[1] ** 2);
      photons.push(electrons * electronRadiusSquared * fluence * omega * 0.5 * (1 + direction[0] ** 2 - kahn));
    }
  }
  return photons;
}

test("an image is the sum of all reflections as their covariances define them, however far they reach", () => {
  assert.ok(Math.min(...reflectionsInReach(wide, true)) > 1);
  assertSame(closed(wide), asDefined(wide), 3e-6);
});

test("where spots are sharp, a pixel is reached by its nearest reflection alone", () => {
  // In this orientation a reflection stands on one of the pixels, and has fallen to next to nothing at the others.
  const sharp: Experiment = { ...experiment, crystal: { ...crystal, missetDeg: [34, 38, 33], cells: [6, 7, 6], etaDeg: [0.3, 0.4, 0.35] }, detector: { ...detector, pixelSizeMm: 0.3 } };
  assert.equal(reflectionsInReach(sharp, true), [1, 1, 1]);
  const image = closed(sharp);
  const sorted = [...image.data].sort((x, y) => x - y);
  assert.ok(sorted[17] < 1e-3 * sorted[34]);
  assertSame(image, asDefined(sharp), 1e-6);
});

test("spots reach the farther the more there is that widens them", () => {
  const narrow = spotReach({ ...experiment, crystal: { ...crystal, etaDeg: 0 } }, false);
  // With nothing but the domain itself, a spot has fallen to 1e-6 where 2 (N dh)² / 0.63 is 13.8.
  narrow.forEach((reach, axis) => assert.ok(Math.abs(reach * [6, 8, 5][axis] - Math.sqrt((13.8155 * 0.63) / 2) * 1.02) < 1e-3));
  spotReach(experiment, false).forEach((reach, axis) => assert.ok(reach > narrow[axis]));
  spotReach(wide, true).forEach((reach, axis) => assert.ok(reach > spotReach(experiment, false)[axis]));
});

test("spots of many panels reach about as far as those of the panel where they reach farthest", () => {
  const axes = { beam: [0, 0, 1], polarization: [1, 0, 0], spindle: [1, 0, 0] } as const;
  for (const [columns, rows] of [[8, 6], [3, 2], [2, 1]] as const) {
    const panels = Array.from({ length: columns * rows }, (_, i): Detector => {
      const [x, y] = [(i % columns) - columns / 2 + 0.3, Math.floor(i / columns) - rows / 2 + 0.2];
      // Every other panel looks away from the sample.
      const tilt = i % 2 === 0 ? 0 : 0.3;
      const placed = { originMm: [(80 * x) / columns, (60 * y) / columns, 60], fast: [Math.cos(tilt), 0, Math.sin(tilt)], slow: [0, 1, 0], isFlipped: false } as const;
      return { pixels: { fast: 40, slow: 40 }, pixelSizeMm: 2 / columns, convention: "CUSTOM", axes, placed, footprintMm: [0.5, 0.3, 0.2] };
    });
    const ofEach = panels.map((panel) => spotReach({ ...wide, detector: panel }, true));
    spotReach(wide, true, panels).forEach((reach, axis) => {
      const farthest = Math.max(...ofEach.map((each) => each[axis]));
      assert.ok(reach <= farthest * (1 + 1e-12) && reach >= farthest / 1.02, `${columns} x ${rows}: ${reach} for ${farthest}`);
    });
  }
});

const everything: Experiment = {
  ...wide,
  beam: { ...wide.beam, horizontalDivergenceMrad: { range: 8, count: 2 }, dispersionPercent: { range: 2, count: 2 } },
  crystal: { ...wide.crystal, cells: [12, 16, 10], etaDeg: 0.2, scan: { phiDeg: 0.1, stepDeg: 0.5, steps: 2 }, mosaic: { spreadDeg: 0.3, domains: 2 } },
  detector: { ...wide.detector, sensor: { thicknessUm: 300, attenuationDepthUm: 250, layers: 2 } },
  waterUm: 0.1,
};

for (const interpolation of ["nearest", "tricubic"] as const) {
  test(`all steps together are the same for both executors, in tiles of any size, in both dtypes: ${interpolation}`, () => {
    const wanted = closed(everything, { interpolation, executor: "interpreter" }).data;
    assertSame(closed(everything, { interpolation }), wanted, 1e-12);
    assertSame(closed(everything, { interpolation, tileSize: 8 }), wanted, 1e-12);
    assertSame(closed(everything, { interpolation, dtype: "float32" }), wanted, 1e-4);
  });
}

test("a scan is the mean of its orientations, a thick sensor the sum of its layers, and beams count by their weights", () => {
  const mean = (images: readonly NdArray[], weights: readonly number[]): number[] =>
    Array.from(images[0].data, (_, i) => images.reduce((sum, image, k) => sum + weights[k] * image.data[i], 0));
  const at = (phiDeg: number): NdArray => closed({ ...wide, crystal: { ...wide.crystal, scan: { phiDeg, stepDeg: 0, steps: 1 } } });
  assertSame(closed({ ...wide, crystal: { ...wide.crystal, scan: { phiDeg: 0.3, stepDeg: 0.8, steps: 2 } } }), mean([at(0.3), at(1.1)], [0.5, 0.5]), 1e-5);

  const source = { direction: [-1, 0, 0] as const };
  const of = (wavelengthA: number): NdArray => closed({ ...wide, beam: { ...wide.beam, wavelengthA, sources: [source] } });
  const sources = [{ ...source, wavelengthA: 1.1, weight: 3 }, { ...source, wavelengthA: 1.2 }];
  assertSame(closed({ ...wide, beam: { ...wide.beam, sources } }), mean([of(1.1), of(1.2)], [0.75, 0.25]), 1e-5);

  const water: Experiment = { ...experiment, crystal: { ...everything.crystal, etaDeg: 0 }, detector: { ...detector, sensor: { thicknessUm: 300, attenuationDepthUm: 250, layers: 2 } }, waterUm: 0.1 };
  const { etaDeg: _, ...sampled } = water.crystal;
  const { image } = simulate({ ...water, crystal: sampled, structureFactors: 0 }, { oversample: 1 });
  assertSame(closed({ ...water, structureFactors: 0 }), image.data, 1e-12);
});

test("a pixel's own size is the mean over points in it, as long as spots are wider", () => {
  const soft: Experiment = { ...experiment, detector: { ...detector, pixelSizeMm: 0.4, footprintMm: 0.6 } };
  assertSame(closed(soft), closed(soft, { oversample: 6 }).data, 2e-3);
  const points = closed(soft, { oversample: 1 });
  assert.ok(points.data.some((value, i) => Math.abs(value / closed(soft).data[i] - 1) > 0.01));
});

test("on a detector bent around the sample, a spot's footprint follows its surface", () => {
  const curved: Experiment = { ...experiment, detector: { ...detector, pixelSizeMm: 0.4, curved: true, footprintMm: 0.6 } };
  assertSame(closed(curved), closed(curved, { oversample: 6 }).data, 2e-3);
});

test("a domain's tensor is so many cells of right angles", () => {
  const lattice = { a: 30, b: 34, c: 41, alpha: 90, beta: 90, gamma: 90 };
  const byCells = closed({ ...wide, crystal: { ...wide.crystal, lattice } });
  const { cells: _, ...rest } = wide.crystal;
  assertSame(closed({ ...wide, crystal: { ...rest, lattice, domainA: [180, 272, 205, 0, 0, 0] } }), byCells.data, 1e-9);
});

test("a lattice that is given by its vectors makes the same image", () => {
  const { reciprocal } = orientedLattice(wide.crystal);
  const numbers = ([x, y, z]: Vector): Vector<number> => [known(x), known(y), known(z)];
  const lattice = { aStar: numbers(reciprocal.aStar), bStar: numbers(reciprocal.bStar), cStar: numbers(reciprocal.cStar) };
  assertSame(closed({ ...wide, crystal: { ...wide.crystal, lattice, missetDeg: [0, 0, 0] } }), closed(wide).data, 1e-9);
});

test("a temperature factor dims sampled spots as closed ones", () => {
  const sampled = (bFactorA2: number): NdArray => simulate({ ...experiment, crystal: { ...plain, bFactorA2 } }, { oversample: 1, interpolation: "nearest" }).image;
  const ofClosed = (bFactorA2: number): NdArray => closed({ ...experiment, crystal: { ...plain, bFactorA2 } }, { oversample: 1 });
  const ratios = (of: (b: number) => NdArray): number[] => Array.from(of(30).data, (value, i) => value / of(0).data[i]);
  const wanted = ratios(ofClosed);
  const ofSampled = ratios(sampled);
  // Far from a spot, nothing is left whose ratio could be taken.
  const bright = wanted.map((ratio, i) => ({ ratio, sampled: ofSampled[i] })).filter(({ ratio }) => Number.isFinite(ratio));
  assert.ok(bright.length > 5);
  for (const { ratio, sampled: other } of bright) assert.ok(Math.abs(ratio - other) < 1e-9 && ratio > 0 && ratio < 1);
});

test("what widens closed spots is refused for sampled ones, and the reference program's sums for closed ones", () => {
  assert.throws(() => simulate(experiment), /crystal.etaDeg widens spots in closed form/);
  assert.throws(() => simulate({ ...experiment, crystal: plain, detector: { ...detector, footprintMm: 1 } }), /footprintMm/);
  assert.throws(() => closed(experiment, { semantics: "nanobragg" }), /semantics/);
  const policy = new StructureFactors(grid, [-8, -8, -8], { policy: "sequential" });
  assert.throws(() => closed({ ...experiment, structureFactors: policy }, { interpolation: "tricubic" }), /sequential/);
  assert.throws(() => closed({ ...experiment, crystal: { ...crystal, domainA: [1, 1, 1, 1, 1, 1] } }), /no volume/);
  assert.throws(() => closed({ ...experiment, crystal: { ...crystal, etaDeg: -1 } }), /etaDeg is -1/);
});

test.run();
