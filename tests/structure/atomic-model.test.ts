import { test } from "uvu";
import * as assert from "uvu/assert";
import { checkGradients } from "../../src/autodiff/check-gradients.js";
import { mul } from "../../src/autodiff/primitives/elementwise.js";
import { total } from "../../src/autodiff/primitives/sum.js";
import { spaceGroups } from "../../src/io/space-groups.js";
import { array, copy } from "../../src/ndarray/ndarray.js";
import { AtomicModel, type AtomParameters, type Structure } from "../../src/structure/atomic-model.js";
import { reciprocalMetric, stolSquared, uniqueReflections } from "../../src/structure/reflections.js";
import { formFactorOf } from "../../src/structure/scattering.js";
import { rotated } from "../../src/structure/symmetry.js";
import { atom, few, structureIn } from "./crystals.js";

/** The definition, in plain loops over atoms and operators. */
function plainSum({ cell, operators, atoms }: Structure, [h, k, l]: readonly number[]): readonly [number, number] {
  const [aa, bb, cc, ab, ac, bc] = reciprocalMetric(cell);
  const s = (h * h * aa + k * k * bb + l * l * cc + 2 * (h * k * ab + h * l * ac + k * l * bc)) / 4;
  let [real, imaginary] = [0, 0];
  for (const { element, position: [x, y, z], occupancy, bIso, uStar } of atoms) {
    const { heights, widths, constant } = formFactorOf(element);
    const f = constant + heights.reduce((sum, height, i) => sum + height * Math.exp(-widths[i] * s), 0);
    for (const { rotation, translation } of operators) {
      const [p, q, r] = rotated([h, k, l], rotation);
      const phase = 2 * Math.PI * (p * x + q * y + r * z + h * translation[0] + k * translation[1] + l * translation[2]);
      const u = uStar;
      const exponent = u
        ? -2 * Math.PI ** 2 * (p * p * u[0] + q * q * u[1] + r * r * u[2] + 2 * (p * q * u[3] + p * r * u[4] + q * r * u[5]))
        : -bIso * s;
      real += occupancy * f * Math.exp(exponent) * Math.cos(phase);
      imaginary += occupancy * f * Math.exp(exponent) * Math.sin(phase);
    }
  }
  return [real, imaginary];
}

const triclinic = { a: 11, b: 13, c: 17, alpha: 81, beta: 97, gamma: 104 };

for (const [name, cell] of [["P 1", triclinic], ["P 21 21 21", undefined], ["C 1 2/c 1", { ...triclinic, alpha: 90, gamma: 90 }], ["R 3:H", { a: 14, b: 14, c: 17, alpha: 90, beta: 90, gamma: 120 }], ["F 2 3", { a: 16, b: 16, c: 16, alpha: 90, beta: 90, gamma: 90 }]] as const) {
  test(`structure factors in ${name} are the sum over atoms and operators`, () => {
    const structure = structureIn(name, few, cell);
    const model = new AtomicModel(structure);
    const hkl = uniqueReflections(model.cell, model.symmetry, 2.2);
    const { real, imaginary } = model.calculate(hkl);
    let [difference, size] = [0, 0];
    for (let i = 0; i < hkl.shape[0]; i++) {
      const [a, b] = plainSum(structure, [hkl.get(i, 0), hkl.get(i, 1), hkl.get(i, 2)]);
      difference += (a - real.get(i)) ** 2 + (b - imaginary.get(i)) ** 2;
      size += a * a + b * b;
    }
    assert.ok(hkl.shape[0] > 20 && Math.sqrt(difference / size) < 1e-12, String(Math.sqrt(difference / size)));
  });
}

test("of equivalent reflections the moduli are equal, in every setting of every space group", () => {
  // Of a cell that the group does not leave as it is only the phases can be told, so displacements are none.
  const still = few.map(({ uStar: _, ...rest }) => ({ ...rest, uStar: undefined, bIso: 0 }));
  for (const { name } of spaceGroups().filter((_, i) => i % 23 === 0)) {
    const structure = structureIn(name, still);
    const model = new AtomicModel(structure);
    const hkl = array([[1, 2, 3], [2, -1, 5]], "int32");
    const { real, imaginary } = model.calculate(hkl);
    for (const i of [0, 1]) {
      const own: [number, number, number] = [hkl.get(i, 0), hkl.get(i, 1), hkl.get(i, 2)];
      if (model.symmetry.isAbsent(own)) assert.ok(Math.hypot(real.get(i), imaginary.get(i)) < 1e-9, `${name} ${own}`);
    }
    const others = model.calculate(array(model.symmetry.equivalents([1, 2, 3]).map((each) => [...each]), "int32"));
    // Form factors depend on the resolution, which such a cell does not keep: the equivalents of one resolution alone are compared.
    const s = stolSquared(model.cell, array(model.symmetry.equivalents([1, 2, 3]).map((each) => [...each]), "int32"));
    s.data.forEach((square, i) => {
      if (Math.abs(square - s.data[0]) > 1e-9) return;
      const modulus = Math.hypot(others.real.get(i), others.imaginary.get(i));
      assert.ok(Math.abs(modulus - Math.hypot(real.get(0), imaginary.get(0))) < 1e-8, name);
    });
  }
});

test("without a displacement and at h = 0 all electrons scatter together", () => {
  const model = new AtomicModel(structureIn("P 21 21 21", [atom("C", [0.1, 0.2, 0.3]), atom("Fe", [0.3, 0.1, 0.2], { charge: 3 })]));
  const { real } = model.calculate(array([[0, 0, 0]], "int32"));
  assert.ok(Math.abs(real.item() - 4 * (6 + 23)) < 0.05);
});

test("with f'' Friedel mates differ, but not in a centrosymmetric crystal", () => {
  const atoms = [atom("Se", [0.12, 0.21, 0.34]), ...few];
  const pair = array([[1, 2, 3], [-1, -2, -3]], "int32");
  for (const [name, differ] of [["P 21 21 21", true], ["P n n n:2", false]] as const) {
    const model = new AtomicModel(structureIn(name, atoms), { wavelengthA: 0.979 });
    const { real, imaginary } = model.calculate(pair);
    const [plus, minus] = [0, 1].map((i) => Math.hypot(real.get(i), imaginary.get(i)));
    assert.is(Math.abs(plus - minus) > 0.01 * plus, differ, name);
    assert.is(model.areMatesApart, differ);
  }
});

test("structure factors have the derivatives by positions, displacements and occupancies that differences show", () => {
  const model = new AtomicModel(structureIn("P 21 21 21", few), { wavelengthA: 1 });
  const hkl = array([[1, 2, 3], [0, 1, 4], [2, 0, 1], [3, 1, 1], [3, 1, 2]], "int32");
  for (const dtype of ["float64", "float32"] as const) {
    const { position, displacement, occupancy } = model.parameters;
    const at = { position: copy(position, dtype), displacement: copy(displacement, dtype), occupancy: copy(occupancy, dtype) };
    const { relativeError } = checkGradients((p: AtomParameters) => {
      const { real, imaginary } = model.record(hkl, p);
      return total(mul(real, real, imaginary));
    })(at);
    assert.ok(relativeError < (dtype === "float64" ? 1e-6 : 2e-2), `${dtype}: ${relativeError}`);
  }
});

test("an ion that is not listed scatters as the neutral atom, with a warning", () => {
  const model = new AtomicModel(structureIn("P 1", [atom("C", [0, 0, 0], { charge: 4 })]));
  assert.match(model.warnings.join(), /C4\+ is listed; that of the neutral atom/);
});

test.run();
