import { test } from "uvu";
import * as assert from "uvu/assert";
import { readFileSync } from "node:fs";
import { structureOf } from "../../src/cli/coordinates-scattering.js";
import { parseHkl } from "../../src/io/hkl.js";
import { parsePdb } from "../../src/io/pdb.js";
import { array } from "../../src/ndarray/ndarray.js";
import { fittedTo } from "../../src/structure/calculated.js";

const text = (name: string): string => readFileSync(new URL(`../../scripts/data/${name}`, import.meta.url), "utf8");

// gemmi sfcalc calculated 1orc_P1.hkl from 1orc.pdb to 2 Å, with its preset solvent.
test("the amplitudes of a protein in its solvent are those of another program to 0.02 %, and the fit finds its solvent", async () => {
  const { structure } = structureOf(parsePdb(text("1orc.pdb"), "1orc.pdb"));
  const { h, k, l, f } = parseHkl(text("1orc_P1.hkl"), "1orc_P1.hkl");
  // A part of the unique reflections, those of low resolution among them.
  const inAsu = [...f.data.keys()].filter((i) => h.get(i) >= 0 && k.get(i) >= 0 && l.get(i) >= 0 && h.get(i) + k.get(i) + l.get(i) > 0);
  const some = inAsu.filter((i, place) => place % 30 === 0 || h.get(i) + k.get(i) + l.get(i) < 5);
  const listed = { hkl: array(some.map((i) => [h.get(i), k.get(i), l.get(i)]), "int32"), f: array(some.map((i) => f.get(i))), areMatesApart: false, warnings: [] };
  const { edge, rFactor, scale } = await fittedTo(structure, listed, {});
  assert.is(edge, "gemmi");
  assert.ok(rFactor < 2e-4, `R = ${rFactor}`);
  assert.ok(Math.abs(scale.overall - 1) < 1e-3 && Math.abs(scale.solventDensity - 0.35) < 1e-3 && Math.abs(scale.solventB - 46) < 0.5, JSON.stringify(scale));
});

test.run();
