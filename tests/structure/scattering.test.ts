import { test } from "uvu";
import * as assert from "uvu/assert";
import { elementNamed, ionNamed } from "../../src/io/elements.js";
import { dispersionOf, formFactorOf, listedFormFactors } from "../../src/structure/scattering.js";
import { refuses } from "../io/refusal.js";

const symbols = "H He Li Be B C N O F Ne Na Mg Al Si P S Cl Ar K Ca Sc Ti V Cr Mn Fe Co Ni Cu Zn Ga Ge As Se Br Kr Rb Sr Y Zr Nb Mo Tc Ru Rh Pd Ag Cd In Sn Sb Te I Xe Cs Ba La Ce Pr Nd Pm Sm Eu Gd Tb Dy Ho Er Tm Yb Lu Hf Ta W Re Os Ir Pt Au Hg Tl Pb Bi Po At Rn Fr Ra Ac Th Pa U Np Pu Am Cm Bk Cf".split(" ");

test("forward, every atom and ion scatters as many electrons as it has", () => {
  for (const symbol of listedFormFactors()) {
    const ion = ionNamed(symbol.replace(/(\d)([+-])$/, "$1$2"));
    if (ion === undefined) throw new Error(symbol);
    const { heights, constant } = formFactorOf(ion.element, ion.charge);
    const electrons = symbols.indexOf(ion.element) + 1 - ion.charge;
    const found = heights.reduce((sum, height) => sum + height, constant);
    assert.ok(Math.abs(found - electrons) < 0.06, `${symbol}: ${found}`);
  }
  for (const symbol of symbols) assert.is(formFactorOf(symbol).symbol, symbol);
});

test("an element without a scattering factor is refused by name", () => {
  refuses(() => formFactorOf("Lr"), /no scattering factor of Lr/);
  assert.is(elementNamed("se"), "Se");
  assert.is(elementNamed("Q"), undefined);
});

test("f' and f'' are those of published tables", () => {
  // International Tables, Volume C, table 4.2.6.8 (Cu K alpha), and S. Sasaki, KEK report 88-14 (1989), about the edge of selenium.
  for (const [element, energy, real, imaginary] of [["S", 8048, 0.32, 0.55], ["Fe", 8048, -1.13, 3.2], ["Se", 12700, -5.1, 3.8], ["Se", 11000, -1.7, 0.64], ["I", 8048, -0.33, 6.84]] as const) {
    const found = dispersionOf(element, energy);
    assert.ok(found && Math.abs(found.real - real) < 0.15 && Math.abs(found.imaginary - imaginary) < 0.12, `${element} ${JSON.stringify(found)}`);
  }
  assert.equal(dispersionOf("H", 8048), { real: 0, imaginary: 0 });
  assert.is(dispersionOf("C", 500), undefined);
  assert.is(dispersionOf("Am", 8048), undefined);
});

test.run();
