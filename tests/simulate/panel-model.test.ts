import { test } from "uvu";
import * as assert from "uvu/assert";
import * as ops from "../../src/autodiff/operations.js";
import type { Quantity, Variable } from "../../src/autodiff/tape.js";
import type { Crystal } from "../../src/models/crystal.js";
import { groupsOf, type GroupMove, type Panel, type PanelGroup, type PanelledDetector } from "../../src/models/panels.js";
import { InputError, ShapeError } from "../../src/ndarray/errors.js";
import { flatData, full, zeros } from "../../src/ndarray/ndarray.js";
import { ImageModel } from "../../src/simulate/image-model.js";
import { PanelModel } from "../../src/simulate/panel-model.js";
import type { ExperimentOfPanels, PanelParameters } from "../../src/simulate/panel-options.js";

const crystal: Crystal = { lattice: { a: 31, b: 37, c: 43, alpha: 90, beta: 95, gamma: 90 }, missetDeg: [12, 25, 37], cells: [5, 5, 5] };
const experimentOf = ({ a }: { readonly a: Quantity }): ExperimentOfPanels => ({
  beam: { wavelengthA: 1.2, fluence: 1e27 },
  crystal: { ...crystal, lattice: { a, b: 37, c: 43, alpha: 90, beta: 95, gamma: 90 } },
  structureFactors: 100,
});
const axes = { beam: [0, 0, 1], polarization: [1, 0, 0], spindle: [1, 0, 0] } as const;
const at = (x: number, y: number, name: string): Panel => ({
  name,
  pixels: { fast: 8, slow: 6 },
  pixelSizeMm: 0.4,
  originMm: [x, y, 40],
  fast: [1, 0, 0],
  slow: [0, 1, 0],
});

/** Four panels of 8 x 6 pixels that make one of 16 x 12 without a gap. */
const quarters: PanelledDetector = { panels: [at(-3.2, -2.4, "p0"), at(0, -2.4, "p1"), at(-3.2, 0, "p2"), at(0, 0, "p3")], axes };
const options = { oversample: 2 };

test("panels that lie side by side see what one panel sees", () => {
  const whole = new ImageModel<Record<string, never>>(() => ({
    ...experimentOf({ a: 31 }),
    detector: {
      pixels: { fast: 16, slow: 12 },
      pixelSizeMm: 0.4,
      convention: "CUSTOM" as const,
      axes: { ...axes, fast: [1, 0, 0], slow: [0, 1, 0], normal: [0, 0, 1] },
      originMm: [-3.2, -2.4, 40] as const,
    },
  }), options);
  const { image: one } = whole.simulate({});
  const { image } = new PanelModel<{ readonly a: number }>(quarters, experimentOf, options).simulate({ experiment: { a: 31 }, groups: {} });
  assert.equal(image.shape, [4, 6, 8]);
  const largest = Math.max(...flatData(one));
  assert.ok(largest > 1);
  for (let panel = 0; panel < 4; panel++) {
    for (let slow = 0; slow < 6; slow++) {
      for (let fast = 0; fast < 8; fast++) {
        const wanted = one.get(slow + 6 * Math.floor(panel / 2), fast + 8 * (panel % 2));
        assert.ok(Math.abs(image.get(panel, slow, fast) - wanted) < 1e-9 * largest);
      }
    }
  }
});

test("an image of panels takes the memory of an earlier one", () => {
  const model = new PanelModel<{ readonly a: number }>(quarters, experimentOf, options);
  const parameters = { experiment: { a: 31 }, groups: {} };
  const former = full([4, 6, 8], 7);
  const { image } = model.simulate(parameters, former);
  assert.is(image.data.buffer, former.data.buffer);
  assert.equal(image.data, model.simulate(parameters).image.data);
  assert.throws(() => model.simulate(parameters, full([4, 8, 6], 7)), (error: unknown) => error instanceof ShapeError);
});

const mounting: PanelGroup = { name: "all", children: [{ name: "left", children: [0, 2] }, 1, 3] };
const halves: PanelledDetector = { ...quarters, mounting };
const rest: GroupMove = { shiftMm: [0, 0, 0], turnDeg: [0, 0, 0] };
const moved: PanelParameters<{ a: number }> = {
  experiment: { a: 31.02 },
  groups: { all: { shiftMm: [0.1, -0.2, 0.5], turnDeg: [0.5, -0.3, 1] }, left: { shiftMm: [-0.05, 0.03, 0.2], turnDeg: [0.2, 0.4, -0.8] } },
};

test("a group turns about its own middle, in the group that holds it, and takes its panels along", () => {
  assert.equal(groupsOf(halves).map(({ name, panels, centreMm }) => [name, panels, centreMm.map((x) => Math.round(1e6 * x) / 1e6 + 0)]), [["all", [0, 2, 1, 3], [0, 0, 40]], ["left", [0, 2], [-1.6, 0, 40]]]);
  // Turned by 180 degrees about the beam, the left half shows the other's panels upside down: panel 0 stands where panel 2 stood.
  const turned = new PanelModel<{ readonly a: number }>(halves, experimentOf, options).simulate({ experiment: { a: 31 }, groups: { left: { shiftMm: [0, 0, 0], turnDeg: [0, 0, 180] } } }).image;
  const resting = new PanelModel<{ readonly a: number }>(halves, experimentOf, options).simulate({ experiment: { a: 31 }, groups: { all: rest, left: rest } }).image;
  for (const [slow, fast] of [[0, 0], [2, 5], [5, 7]]) {
    assert.ok(Math.abs(turned.get(0, slow, fast) - resting.get(2, 5 - slow, 7 - fast)) < 1e-6);
    assert.ok(Math.abs(turned.get(1, slow, fast) - resting.get(1, slow, fast)) < 1e-9);
  }
});

/** A loss with a slope everywhere. */
const square = (image: Variable, data: Variable): Variable => ops.mul(ops.sub(image, data), ops.sub(image, data));

test("the gradient by every group's shift and turn, and by the cell, is that of differences", () => {
  const model = new PanelModel<{ readonly a: number }>(halves, experimentOf, { ...options, interpolation: "nearest" });
  const data = zeros([4, 6, 8]);
  data.data.fill(3);
  const { gradient } = model.lossAndGradient(square, moved, data);
  const lossAt = (parameters: PanelParameters<{ a: number }>): number => model.lossAndGradient(square, parameters, data).loss;
  const steps: readonly [number, (by: number) => PanelParameters<{ a: number }>][] = [
    [gradient.experiment.a, (by) => ({ ...moved, experiment: { a: moved.experiment.a + by } })],
    ...(["all", "left"] as const).flatMap((group) =>
      (["shiftMm", "turnDeg"] as const).flatMap((kind) =>
        ([0, 1, 2] as const).map((axis): [number, (by: number) => PanelParameters<{ a: number }>] => [
          gradient.groups[group][kind][axis],
          (by) => {
            const change = moved.groups[group][kind].map((x, i) => (i === axis ? x + by : x));
            return { ...moved, groups: { ...moved.groups, [group]: { ...moved.groups[group], [kind]: change } } };
          },
        ]),
      ),
    ),
  ];
  assert.is(steps.length, 13);
  const h = 1e-5;
  const scale = Math.max(...steps.map(([slope]) => Math.abs(slope)));
  for (const [slope, step] of steps) {
    const difference = (lossAt(step(h)) - lossAt(step(-h))) / (2 * h);
    assert.ok(slope !== 0 && Math.abs(slope - difference) < 1e-5 * scale, `${slope} is not ${difference}`);
  }
});

test("the order of a move's own fields is that of the normal equations", () => {
  const model = new PanelModel<{ readonly a: number }>(halves, experimentOf, options);
  const { shiftMm, turnDeg } = moved.groups.left;
  const swapped = { experiment: moved.experiment, groups: { left: { turnDeg, shiftMm } } };
  const { gradient } = model.normalEquations(square, (image) => ops.add(1, ops.mul(0, image)), swapped, zeros([4, 6, 8]));
  const { gradient: tree } = model.lossAndGradient(square, swapped, zeros([4, 6, 8]));
  [...tree.groups.left.turnDeg, ...tree.groups.left.shiftMm].forEach((slope, i) => assert.ok(Math.abs(slope - gradient[1 + i]) <= 1e-9 * Math.abs(slope)));
});

test("normal equations have the gradient, in the order of the parameters' tree", () => {
  const model = new PanelModel<{ readonly a: number }>(halves, experimentOf, options);
  const data = zeros([4, 6, 8]);
  const { gradient, normal, loss } = model.normalEquations(square, (image) => ops.add(1, ops.mul(0, image)), moved, data);
  const whole = model.lossAndGradient(square, moved, data);
  const flat = [whole.gradient.experiment.a, ...(["all", "left"] as const).flatMap((name) => [...whole.gradient.groups[name].shiftMm, ...whole.gradient.groups[name].turnDeg])];
  assert.ok(Math.abs(loss / whole.loss - 1) < 1e-12);
  flat.forEach((slope, i) => assert.ok(Math.abs(slope - gradient[i]) < 1e-9 * Math.max(...flat.map(Math.abs))));
  assert.equal([normal.length, normal[3][7]], [13, normal[7][3]]);
});

test("what is recorded for one panel serves for all", () => {
  const recordingsOf = (panels: readonly Panel[]): number => {
    let calls = 0;
    const model = new PanelModel<{ readonly a: number }>({ panels, axes }, (parameters) => {
      calls++;
      return experimentOf(parameters);
    }, options);
    const shape = [panels.length, 6, 8];
    model.lossAndGradient(square, { experiment: { a: 31 }, groups: { all: rest } }, zeros(shape));
    return calls;
  };
  const many = Array.from({ length: 40 }, (_, i) => at(-3.2 + 0.1 * i, -2.4, `p${i}`));
  assert.is(recordingsOf(many), recordingsOf(many.slice(0, 1)));
});

test("panels seen from behind, of other pixels or with a sensor stand beside others", () => {
  // Panel 1 is drawn from its other corner, so that fast x slow points at the sample.
  const sensor = { thicknessUm: 450, attenuationDepthUm: 200, layers: 1 };
  const mixed: PanelledDetector = {
    panels: [at(-3.2, -2.4, "p0"), { ...at(3.2, -2.4, "p1"), fast: [-1, 0, 0] }, { ...at(-3.2, 0, "p2"), sensor }, { ...at(0, 0, "p3"), pixelSizeMm: 0.2, pixels: { fast: 16, slow: 12 } }],
    axes,
  };
  const { image } = new PanelModel<{ readonly a: number }>(mixed, experimentOf, options).simulate({ experiment: { a: 31 }, groups: {} });
  const { image: plain } = new PanelModel<{ readonly a: number }>(quarters, experimentOf, options).simulate({ experiment: { a: 31 }, groups: {} });
  const { image: fine } = new PanelModel<{ readonly a: number }>(quarters, experimentOf, { oversample: 4 }).simulate({ experiment: { a: 31 }, groups: {} });
  const isClose = (found: number, wanted: number): void => assert.ok(Math.abs(found - wanted) < 1e-9 * Math.max(1, wanted), `${found} is not ${wanted}`);
  isClose(image.get(0, 2, 3), plain.get(0, 2, 3));
  isClose(image.get(1, 2, 3), plain.get(1, 2, 4));
  assert.ok(image.get(2, 2, 3) < plain.get(2, 2, 3) && image.get(2, 2, 3) > 0.8 * plain.get(2, 2, 3));
  // Four small pixels are one large one; the solid angle is that of each small pixel's middle at first order.
  const four = image.get(3, 4, 6) + image.get(3, 4, 7) + image.get(3, 5, 6) + image.get(3, 5, 7);
  assert.ok(Math.abs(four / fine.get(3, 2, 3) - 1) < 1e-4);
});

test("spots in closed form are those of one panel, with a footprint, on tiles of blocks, too", () => {
  const wide = (at: { readonly a: Quantity }): ExperimentOfPanels => ({ ...experimentOf(at), crystal: { ...experimentOf(at).crystal, etaDeg: 0.3 }, footprintMm: 0.1 });
  const large = (x: number, y: number, name: string): Panel => ({ ...at(x, y, name), pixels: { fast: 50, slow: 40 }, pixelSizeMm: 0.064 });
  const panels = [large(-3.2, -2.56, "p0"), large(0, -2.56, "p1"), large(-3.2, 0, "p2"), large(0, 0, "p3")];
  const closed = { spots: "closed" } as const;
  const { image } = new PanelModel<{ readonly a: number }>({ panels, axes }, wide, closed).simulate({ experiment: { a: 31 }, groups: {} });
  const { footprintMm: _, ...experiment } = wide({ a: 31 });
  const { image: one } = new ImageModel<Record<string, never>>(() => ({
    ...experiment,
    detector: { pixels: { fast: 100, slow: 80 }, pixelSizeMm: 0.064, convention: "CUSTOM" as const, axes: { ...axes, fast: [1, 0, 0], slow: [0, 1, 0], normal: [0, 0, 1] }, originMm: [-3.2, -2.56, 40] as const, footprintMm: 0.1 },
  }), closed).simulate({});
  const largest = Math.max(...flatData(one));
  for (let panel = 0; panel < 4; panel++) {
    for (let slow = 0; slow < 40; slow += 3) {
      for (let fast = 0; fast < 50; fast++) assert.ok(Math.abs(image.get(panel, slow, fast) - one.get(slow + 40 * Math.floor(panel / 2), fast + 50 * (panel % 2))) < 1e-5 * largest);
    }
  }
});

test("a mask leaves out pixels of each panel, and panels of other sizes are filled up", () => {
  const small: PanelledDetector = { panels: [at(-3.2, -2.4, "p0"), { ...at(0, -2.4, "p1"), pixels: { fast: 4, slow: 3 } }], axes };
  const all = new PanelModel<{ readonly a: number }>(small, experimentOf, options);
  assert.equal(all.shape, [2, 6, 8]);
  const parameters = { experiment: { a: 31 }, groups: {} };
  const { image } = all.simulate(parameters);
  assert.is(image.get(1, 3, 0), 0);
  assert.ok(image.get(1, 2, 3) > 0);
  const mask = zeros([2, 6, 8], "int32");
  mask.data[5] = 1;
  const { image: masked } = new PanelModel<{ readonly a: number }>(small, experimentOf, { ...options, mask }).simulate(parameters);
  assert.is(masked.get(0, 0, 5), image.get(0, 0, 5));
  assert.is([...flatData(masked)].filter((photons) => photons !== 0).length, 1);
});

test("a tree that is none, a group that is not there, and images of another shape are refused", () => {
  const tree = (children: PanelGroup["children"]): PanelledDetector => ({ ...quarters, mounting: { name: "all", children } });
  assert.throws(() => groupsOf(tree([0, 1, 2])), /panel 3 hangs in no group/);
  assert.throws(() => groupsOf(tree([0, 1, 2, 3, 3])), /panel 3, which hangs in the tree twice/);
  assert.throws(() => groupsOf(tree([0, 1, 2, 9])), /panel 9, which is not there/);
  assert.throws(() => groupsOf(tree([{ name: "all", children: [0, 1, 2, 3] }])), /two groups of panels are called "all"/);
  const model = new PanelModel<{ readonly a: number }>(halves, experimentOf, options);
  assert.throws(() => model.simulate({ experiment: { a: 31 }, groups: { right: rest } }), (error: unknown) => error instanceof InputError && /a group that moves is "right"; it can be all or left/.test(error.message));
  assert.throws(() => model.lossAndGradient(square, moved, zeros([6, 8])), (error: unknown) => error instanceof ShapeError);
});

test.run();
