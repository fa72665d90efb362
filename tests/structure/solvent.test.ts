import { test } from "uvu";
import * as assert from "uvu/assert";
import { allocate, type Data } from "../../src/ndarray/dtype.js";
import { array } from "../../src/ndarray/ndarray.js";
import { AtomicModel } from "../../src/structure/atomic-model.js";
import { emptyCavities } from "../../src/structure/cavities.js";
import { fourierSize, transformGrid } from "../../src/physics/fourier.js";
import { uniqueReflections } from "../../src/structure/reflections.js";
import { allowedTensors, amplitudesOf, fitScale, type Scale } from "../../src/structure/scale.js";
import { edgeInWords, searchedEdge } from "../../src/structure/solvent-edge.js";
import { SolventMask } from "../../src/structure/solvent-mask.js";
import { Symmetry } from "../../src/structure/symmetry.js";
import { atom, few, structureIn } from "./crystals.js";

test("the transform of a grid is the sum over its points, whatever its factors", () => {
  const shape = [4, 6, 7] as const;
  const count = 4 * 6 * 7;
  const [real, imaginary] = [allocate("float64", count), allocate("float64", count)];
  for (let i = 0; i < count; i++) [real[i], imaginary[i]] = [Math.sin(3.7 * i), Math.cos(1.3 * i * i)];
  const [re, im] = [real.slice(), imaginary.slice()];
  transformGrid({ shape, real, imaginary });
  for (let h = 0; h < 4; h++) {
    for (let k = 0; k < 6; k++) {
      for (let l = 0; l < 7; l++) {
        let [a, b] = [0, 0];
        for (let at = 0; at < count; at++) {
          const phase = 2 * Math.PI * ((h * Math.floor(at / 42)) / 4 + (k * (Math.floor(at / 7) % 6)) / 6 + (l * (at % 7)) / 7);
          a += re[at] * Math.cos(phase) - im[at] * Math.sin(phase);
          b += re[at] * Math.sin(phase) + im[at] * Math.cos(phase);
        }
        const at = (h * 6 + k) * 7 + l;
        assert.ok(Math.hypot(a - real[at], b - imaginary[at]) < 1e-10);
      }
    }
  }
  assert.equal([7, 11, 13, 97, 100].map(fourierSize), [8, 12, 15, 100, 100]);
});

test("a transform that stops at some frequencies is the whole one up to them", () => {
  const shape = [6, 5, 8] as const;
  const count = 6 * 5 * 8;
  const values = (): { readonly shape: typeof shape; readonly real: Data; readonly imaginary: Data } => {
    const [real, imaginary] = [allocate("float64", count), allocate("float64", count)];
    for (let i = 0; i < count; i++) [real[i], imaginary[i]] = [Math.sin(3.7 * i), Math.cos(1.3 * i * i)];
    return { shape, real, imaginary };
  };
  const [whole, part] = [values(), values()];
  transformGrid(whole);
  transformGrid(part, [2, 1, 3]);
  for (const h of [0, 1, 2, 4, 5]) {
    for (const k of [0, 1, 4]) {
      for (const l of [0, 1, 2, 3, 5, 6, 7]) {
        const at = (h * 5 + k) * 8 + l;
        assert.is(part.real[at], whole.real[at]);
        assert.is(part.imaginary[at], whole.imaginary[at]);
      }
    }
  }
});

test("closed cavities up to a volume hold no solvent, across the edges of the cell, too", () => {
  const [n0, n1, n2] = [6, 7, 8];
  const points = allocate("int32", n0 * n1 * n2);
  const at = (i: number, j: number, k: number): number => (i * n1 + j) * n2 + k;
  // Of three points around a corner, of two beside each other, of one that only an edge of its cube joins to them, and a plane.
  const [three, two, one] = [[at(0, 0, 0), at(5, 0, 0), at(0, 6, 0)], [at(3, 3, 3), at(3, 3, 4)], [at(2, 4, 4)]];
  for (const place of [...three, ...two, ...one]) points[place] = 1;
  const plane = [...Array(n0 * n1).keys()].map((row) => row * n2 + 6);
  for (const place of plane) points[place] = 1;
  const left = (limit: number): number[] => {
    const copy = allocate("int32", points.length);
    copy.set(points);
    emptyCavities(copy, [n0, n1, n2], limit);
    return [...copy.keys()].filter((place) => copy[place] === 1);
  };
  const sorted = (...places: number[][]): number[] => places.flat().sort((a, b) => a - b);
  assert.equal(left(0), sorted(three, two, one, plane));
  assert.equal(left(1), sorted(three, two, plane));
  assert.equal(left(2), sorted(three, plane));
  assert.equal(left(3), plane);
});

test("the probe and the way back of the solvent that amplitudes were made with are searched and found", async () => {
  const cell = { a: 17, b: 19, c: 18, alpha: 90, beta: 90, gamma: 90 };
  const structure = structureIn("P 21 21 21", few, cell);
  const model = new AtomicModel(structure);
  const hkl = uniqueReflections(cell, model.symmetry, 2.2);
  const bare = { cell, hkl, atoms: model.calculate(hkl), solvent: undefined };
  const made = new SolventMask(structure, { probeA: 0.9, shrinkA: 0.7, stepA: 0.4 });
  const truth: Scale = { overall: 2, uStar: [0, 0, 0, 0, 0, 0], solventDensity: 0.4, solventB: 30 };
  const measured = amplitudesOf({ ...bare, solvent: made.structureFactors(hkl) }, truth);
  const { edge, mask } = await searchedEdge(structure, bare, model.symmetry, measured);
  assert.equal(edge, { probeA: 0.9, shrinkA: 0.7, cavityA3: 50, stepA: 0.4 });
  assert.is(mask.fraction, made.fraction);
  assert.is(edgeInWords(edge), "whose edge is placed by a probe of 0.9 A, shrunk by 0.7 A, without cavities up to 50 A^3");
});

test("the mask of a lone atom is the cell without its ball", () => {
  const cell = { a: 12, b: 14, c: 16, alpha: 80, beta: 95, gamma: 100 };
  const structure = structureIn("P 1", [atom("C", [0.93, 0.02, 0.5])], cell);
  const mask = new SolventMask(structure, { probeA: 1, shrinkA: 0, stepA: 0.25 });
  const ball = (4 / 3) * Math.PI * (1.775 + 1) ** 3;
  assert.ok(Math.abs((1 - mask.fraction) * mask.volumeA3 - ball) < 0.01 * ball);
  const { real, imaginary } = mask.structureFactors(array([[0, 0, 0], [1, -2, 1]], "int32"));
  assert.ok(Math.abs(real.get(0) - mask.fraction * mask.volumeA3) < 1e-6);
  // The transform of a ball, less that of the whole cell, which is 0; its phase is that of its centre, turned by half.
  const phase = 2 * Math.PI * (0.93 - 2 * 0.02 + 0.5);
  assert.ok(Math.abs(Math.atan2(imaginary.get(1), real.get(1)) - Math.atan2(-Math.sin(phase), -Math.cos(phase))) < 0.02);
  const back = new SolventMask(structure, { probeA: 1, shrinkA: 0.9, stepA: 0.25 });
  const inner = (4 / 3) * Math.PI * (1.775 + 0.1) ** 3;
  assert.ok(Math.abs((1 - back.fraction) * back.volumeA3 - inner) < 0.15 * inner, String((1 - back.fraction) * back.volumeA3 / inner));
});

test("a space group allows as many tensors as its crystal system has", () => {
  const count = (name: string): number => allowedTensors(new Symmetry(structureIn(name, few).operators)).length;
  assert.equal(["P -1", "P 1 21 1", "P 21 21 21", "P 41 21 2", "P 61 2 2", "R 3:H", "P 21 3"].map(count), [6, 4, 3, 2, 2, 2, 1]);
});

test("scale, displacement and solvent are found again from the amplitudes that they made", async () => {
  const cell = { a: 21, b: 24, c: 27, alpha: 90, beta: 90, gamma: 90 };
  const structure = structureIn("P 21 21 21", few, cell);
  const model = new AtomicModel(structure);
  const hkl = uniqueReflections(cell, model.symmetry, 2.5);
  const parts = { cell, hkl, atoms: model.calculate(hkl), solvent: new SolventMask(structure, { stepA: 0.7 }).structureFactors(hkl) };
  const truth: Scale = { overall: 0.37, uStar: [2e-5, -1e-5, 1.5e-5, 0, 0, 0], solventDensity: 0.38, solventB: 61 };
  const measured = amplitudesOf(parts, truth);
  const { scale, rFactor } = await fitScale(parts, model.symmetry, measured);
  assert.ok(rFactor < 1e-4, String(rFactor));
  assert.ok(Math.abs(scale.overall / truth.overall - 1) < 1e-3 && Math.abs(scale.solventDensity - 0.38) < 1e-3 && Math.abs(scale.solventB - 61) < 0.1);
  truth.uStar.forEach((u, i) => assert.ok(Math.abs(u - scale.uStar[i]) < 1e-7));
});

test.run();
