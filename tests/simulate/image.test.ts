import { test } from "uvu";
import * as assert from "uvu/assert";
import { InputError } from "../../src/ndarray/errors.js";
import { full, zeros, type NdArray } from "../../src/ndarray/ndarray.js";
import { recommendedOversample, type Experiment } from "../../src/models/experiment.js";
import { StructureFactors } from "../../src/models/structure-factors.js";
import type { ImageOptions } from "../../src/simulate/image-options.js";
import { simulate } from "../../src/simulate/simulate.js";
import { assertNear } from "../physics/quantities.js";

/** One pixel, 30 mm along fast from the beam, 40 mm along slow, at a distance of 100 mm. */
const pixel: Experiment = {
  beam: { wavelengthA: 1 },
  crystal: { lattice: { a: 10, b: 10, c: 10, alpha: 90, beta: 90, gamma: 90 } },
  detector: {
    pixels: { fast: 1, slow: 1 },
    pixelSizeMm: 0.1,
    distanceMm: 100,
    convention: "DENZO",
    beamCenterMm: { x: -39.95, y: -29.95 },
  },
  structureFactors: 10,
};
const once: ImageOptions = { oversample: 1 };
const photons = (experiment: Experiment, options = once): number => simulate(experiment, options).image.data[0];

const plate: Experiment = {
  ...pixel,
  beam: { wavelengthA: 1, kahnFactor: 0.5 },
  crystal: { lattice: { a: 30, b: 35, c: 40, alpha: 80, beta: 95, gamma: 105 }, missetDeg: [10, 20, 30], cells: [4, 5, 6] },
  detector: { pixels: { fast: 8, slow: 7 }, pixelSizeMm: 1, distanceMm: 60 },
};

function assertSame(found: NdArray, wanted: NdArray, relative = 1e-12): void {
  assert.equal(found.shape, wanted.shape);
  const max = Math.max(...wanted.data);
  found.data.forEach((value, i) => assertNear(value, wanted.data[i], relative * max));
}

function mean(images: readonly NdArray[]): NdArray {
  const result = zeros(images[0].shape);
  for (const image of images) image.data.forEach((value, i) => (result.data[i] += value / images.length));
  return result;
}

test("a single cell scatters F^2 electrons' worth times solid angle and polarization", () => {
  const distance = Math.hypot(100, 30, 40);
  const omega = (0.1 ** 2 * 100) / distance ** 3;
  const polarization = (1 + (100 / distance) ** 2) / 2;
  assertNear(photons(pixel) / (100 * omega * polarization), 1, 1e-6);
  assertNear(photons({ ...pixel, beam: { wavelengthA: 1, polarized: false } }) / (100 * omega), 1, 1e-6);
  const pointPixel = { ...pixel, detector: { ...pixel.detector, pointPixel: true } };
  assertNear(photons(pointPixel) / ((100 * polarization) / (distance * 1e-3) ** 2), 1, 1e-6);
});

test("photons grow with the fluence, and with the square of the structure factor", () => {
  const beam = { wavelengthA: 1, fluence: 1e24 };
  assertNear(photons({ ...pixel, beam: { ...beam, fluence: 3e24 } }) / photons({ ...pixel, beam }), 3, 1e-14);
  assertNear(photons({ ...pixel, structureFactors: 20 }) / photons(pixel), 4, 1e-14);
});

test("water alone is a smooth background by its volume, its electrons and the fluence", () => {
  const water: Experiment = {
    ...pixel,
    beam: { wavelengthA: 1, polarized: false, fluence: 1e24 },
    structureFactors: 0,
    waterUm: 2,
  };
  const electrons = 2.57 ** 2 * 7.94079248018965e-30 * 1e24 * 2e-6 ** 3 * 1e6 * (6.02214179e23 / 18);
  const omega = (0.1 ** 2 * 100) / Math.hypot(100, 30, 40) ** 3;
  assertNear(photons(water) / (electrons * 7.94079248018965e-30 * 1e24 * omega), 1, 1e-12);
});

test("where a pixel has one step, the physical sum is that of the reference program", () => {
  const experiment = { ...plate, waterUm: 0.01 };
  assertSame(simulate(experiment, { oversample: 1, semantics: "nanobragg" }).image, simulate(experiment, once).image);
});

test("a factor that is taken at every step of a sharp pixel is the one that is taken once", () => {
  const once = simulate(plate, { oversample: 1, semantics: "nanobragg" }).image;
  const every = { oversampleOmega: true, oversamplePolar: true, oversampleThick: true };
  assertSame(simulate(plate, { oversample: 1, semantics: "nanobragg", ...every }).image, once);
});

test("a factor that is taken at every step multiplies the sum so far, but not where sharp spots end", () => {
  const edge = 3;
  const detector = { ...plate.detector, convention: "XDS" as const, beamCenterMm: { x: 1, y: 1 } };
  const { pixels: { fast, slow }, pixelSizeMm } = detector;
  const tophat: Experiment = { ...plate, beam: { wavelengthA: 1, polarized: false }, crystal: { ...plate.crystal, shape: "tophat" }, detector };
  // The points of each pixel as pixels of their own, whose solid angle is that of a single cell.
  const points: Experiment = { ...tophat, detector: { ...detector, pixels: { fast: edge * fast, slow: edge * slow }, pixelSizeMm: pixelSizeMm / edge } };
  const spots = simulate(points, once).image;
  const omegas = simulate({ ...points, structureFactors: 1, crystal: { lattice: plate.crystal.lattice } }, once).image;
  const image = simulate(tophat, { oversample: edge, semantics: "nanobragg", oversampleOmega: true }).image;
  const perElectron = 7.94079248018965e-30 * 125932015286227086360700780544;
  let passed = 0;
  for (let i = 0; i < image.size; i++) {
    let sum = 0;
    for (let point = 0; point < edge ** 2; point++) {
      const row = edge * Math.floor(i / fast) + Math.floor(point / edge);
      const place = row * edge * fast + edge * (i % fast) + (point % edge);
      if (spots.data[place] > 0) sum = ((sum + spots.data[place] / omegas.data[place]) * omegas.data[place] * edge ** 2) / perElectron;
      else if (sum > 0) passed++;
    }
    assertNear(image.data[i], (perElectron * sum) / edge ** 2, 1e-12 * image.data[i]);
  }
  assert.ok(passed > 0);
});

test("a factor that is taken at every step multiplies the sum so far over the orientations of each source", () => {
  const wavelengths = [0.99, 1.01];
  const scan = (phiDeg: number, steps: number, beam: Experiment["beam"]): Experiment => ({
    ...plate,
    beam: { polarized: false, ...beam },
    crystal: { ...plate.crystal, scan: { phiDeg, stepDeg: 0.4, steps } },
  });
  const stills = wavelengths.flatMap((wavelengthA) => [5, 5.4, 5.8].map((phi) => simulate(scan(phi, 1, { wavelengthA }), once).image));
  const omegas = simulate({ ...scan(5, 1, { wavelengthA: 1 }), structureFactors: 1, crystal: { lattice: plate.crystal.lattice } }, once).image;
  const many = scan(5, 3, { wavelengthA: 1, dispersionPercent: { range: 2, count: 2 } });
  const image = simulate(many, { oversample: 1, semantics: "nanobragg", oversampleOmega: true }).image;
  const perElectron = 7.94079248018965e-30 * 125932015286227086360700780544;
  for (let i = 0; i < image.size; i++) {
    const omega = omegas.data[i] / perElectron;
    const sum = stills.reduce((sofar, still) => (sofar + still.data[i] / omega) * omega, 0);
    assertNear(image.data[i], sum / stills.length, 1e-12 * image.data[i]);
  }
});

test("what is not polarized is all the same where the polarization is taken at every step, as in the reference program", () => {
  const at = (options: ImageOptions, polarized: boolean): NdArray =>
    simulate({ ...plate, beam: { ...plate.beam, polarized } }, { oversample: 2, semantics: "nanobragg", ...options }).image;
  assertSame(at({ oversamplePolar: true }, false), at({ oversamplePolar: true }, true), 0);
  assert.is.not(at({}, false).data[0], at({}, true).data[0]);
});

test("beyond the resolution limit there is still the background of water, unless its polarization was never known", () => {
  const water: Experiment = { ...plate, waterUm: 2 };
  const far = (polarized: boolean): NdArray => simulate({ ...water, beam: { ...water.beam, polarized } }, { ...once, semantics: "nanobragg", dminA: 1e3 }).image;
  const alone = simulate({ ...water, structureFactors: 0, beam: { ...water.beam, polarized: false } }, { ...once, semantics: "nanobragg" }).image;
  assertSame(far(false), alone);
  assert.ok(far(true).data.every((value) => value === 0));
});

test("a scan is the mean of its stills", () => {
  const scan = (phiDeg: number, steps: number): Experiment => ({
    ...plate,
    crystal: { ...plate.crystal, scan: { phiDeg, stepDeg: 0.4, steps } },
  });
  const stills = [5, 5.4, 5.8].map((phi) => simulate(scan(phi, 1), once).image);
  assertSame(simulate(scan(5, 3), once).image, mean(stills));
});

test("a beam of several wavelengths gives the mean of their images", () => {
  const colours = [0.99, 1, 1.01].map((wavelengthA) => simulate({ ...plate, beam: { wavelengthA } }, once).image);
  assertSame(
    simulate({ ...plate, beam: { wavelengthA: 1, dispersionPercent: { range: 2, count: 3 } } }, once).image,
    mean(colours),
  );
});

test("sources from a list are those that are generated, when they stand at the same places", () => {
  const tilt = 2e-3;
  const sources = [-tilt, 0, tilt].map((h) => ({ direction: [-10 * Math.cos(h), 0, -10 * Math.sin(h)] as const }));
  const generated = simulate(
    { ...plate, beam: { wavelengthA: 1, horizontalDivergenceMrad: { range: 4, count: 3 } } },
    once,
  ).image;
  assertSame(simulate({ ...plate, beam: { wavelengthA: 1, sources } }, once).image, generated, 1e-10);
});

test("without a spread all mosaic domains are one crystal", () => {
  const mosaic = { spreadDeg: 0, domains: 7 };
  assertSame(simulate({ ...plate, crystal: { ...plate.crystal, mosaic } }, once).image, simulate(plate, once).image);
});

test("a sensor that lets nothing through counts as many photons as one without a thickness", () => {
  const sensor = { thicknessUm: 1, attenuationDepthUm: 1e-3, layers: 1 };
  assertSame(simulate({ ...plate, detector: { ...plate.detector, sensor } }, once).image, simulate(plate, once).image);
});

test("a sensor's share of the photons is 1 - exp(-t / (mu cos))", () => {
  const sensor = { thicknessUm: 100, attenuationDepthUm: 300, layers: 1 };
  const share = 1 - Math.exp(-(100 / 300) * (Math.hypot(100, 30, 40) / 100));
  assertNear(photons({ ...pixel, detector: { ...pixel.detector, sensor } }) / photons(pixel), share, 1e-6);
});

test("nothing scatters beyond the resolution limit", () => {
  const { image } = simulate(plate, once);
  const cut = simulate(plate, { ...once, dminA: 20 }).image;
  cut.data.forEach((value, i) => assert.ok(value === 0 || value === image.data[i]));
  const zeros = cut.data.filter((value) => value === 0).length;
  assert.ok(zeros > 0 && zeros < cut.size);
});

test("finer sampling of the pixels converges", () => {
  const [coarse, fine, finest] = [2, 8, 16].map((oversample) => simulate(plate, { oversample }).image);
  const distance = (image: NdArray): number => Math.max(...image.data.map((value, i) => Math.abs(value - finest.data[i])));
  assert.ok(distance(fine) < distance(coarse) / 4, `${distance(fine)} and ${distance(coarse)}`);
});

test("float32 images are those of float64, rounded", () => {
  const narrow = simulate(plate, { oversample: 2, dtype: "float32" }).image;
  assert.is(narrow.dtype, "float32");
  assertSame(narrow, simulate(plate, { oversample: 2 }).image, 1e-4);
});

test("oversampling follows the spots unless it is given: three samples for the finest detail", () => {
  // lambda D / (N a) = 60 mm / (6 x 40) = 0.25 mm: four details in a pixel of 1 mm.
  assert.is(recommendedOversample(plate), 12);
  assertSame(simulate(plate).image, simulate(plate, { oversample: 12 }).image);
});

const grid = full([3, 3, 3], 5);
const small = (policy: "mask" | "disable"): StructureFactors => new StructureFactors(grid, [-1, -1, -1], { policy });

test("an image warns once of lookups that leave the structure factors, a second image of the same model not again", () => {
  const experiment = { ...plate, structureFactors: small("mask") };
  const options: ImageOptions = { ...once, interpolation: "tricubic" };
  assert.is(simulate(experiment, options).warnings.length, 1);
  assert.is(simulate(experiment, options).warnings.length, 0);
  experiment.structureFactors.reset();
  assert.is(simulate(experiment, { ...options, tileSize: 1 }).warnings.length, 1);
});

test("a disabled interpolation looks up nearest neighbours in the next image", () => {
  const experiment = { ...plate, structureFactors: small("disable") };
  const nearest = simulate(experiment, { ...once, interpolation: "nearest" });
  assert.equal(nearest.warnings, []);
  simulate(experiment, { ...once, interpolation: "tricubic" });
  assertSame(simulate(experiment, { ...once, interpolation: "tricubic" }).image, nearest.image, 0);
});

test("amplitudes are interpolated by themselves where the crystal has two cells or fewer along an axis", () => {
  const uneven = zeros([9, 9, 9]);
  uneven.data.forEach((_, i) => (uneven.data[i] = 10 + (i % 7)));
  const of = (cells: readonly [number, number, number], interpolation: "auto" | "tricubic" | "nearest"): NdArray =>
    simulate(
      { ...plate, crystal: { ...plate.crystal, cells }, structureFactors: new StructureFactors(uneven, [-4, -4, -4]) },
      { ...once, interpolation },
    ).image;
  assertSame(of([2, 9, 9], "auto"), of([2, 9, 9], "tricubic"), 0);
  assertSame(of([3, 9, 9], "auto"), of([3, 9, 9], "nearest"), 0);
  assert.is.not(of([2, 9, 9], "auto").data[0], of([2, 9, 9], "nearest").data[0]);
});

test("an oversampling that is no whole number, and a parameter that is no number, are refused", () => {
  assert.throws(
    () => simulate(plate, { oversample: 1.5 }),
    (error: Error) => error instanceof InputError,
  );
  assert.throws(
    () => simulate(plate, { oversample: 0 }),
    (error: Error) => error instanceof InputError,
  );
});

test("the polarization of a pixel is that of its first step within the resolution limit, by powers as by counting", () => {
  // Pixels that the limit of 2 Å cuts, 8 x 8 points in each: more than float32 has powers for.
  const crossed: Experiment = {
    beam: { wavelengthA: 1, kahnFactor: 0.9 },
    crystal: { lattice: { a: 5, b: 5, c: 5, alpha: 90, beta: 90, gamma: 90 } },
    detector: { pixels: { fast: 12, slow: 12 }, pixelSizeMm: 10, distanceMm: 60 },
    structureFactors: 100,
  };
  const sampling = { oversample: 8, semantics: "nanobragg", dminA: 2 } as const;
  const [byPowers, byCount] = (["float64", "float32"] as const).map((dtype) => simulate(crossed, { ...sampling, dtype }).image);
  const first = simulate(crossed, { ...sampling, oversample: 1, dtype: "float64" }).image;
  let cut = 0;
  for (let i = 0; i < byPowers.size; i++) {
    if (byPowers.data[i] > 0 && first.data[i] === 0) cut++;
    assert.ok(Math.abs(byPowers.data[i] - byCount.data[i]) <= 1e-4 * byPowers.data[i], `pixel ${i}: ${byPowers.data[i]} and ${byCount.data[i]}`);
  }
  assert.ok(cut > 4, `only ${cut} pixels are cut before their middle`);
});

test.run();
