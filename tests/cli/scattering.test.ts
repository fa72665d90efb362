/** What scatters, from whatever file says it. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { parseHkl } from "../../src/io/hkl.js";
import { smv, withBench } from "./workbench.js";

const atoms = [["N", 1, 2, 3], ["C", 2.5, 2, 3], ["S", 4, 5, 6], ["O", 7, 3, 8]] as const;
const pdb = [
  "CRYST1   11.000   13.000   17.000  90.00  90.00  90.00 P 21 21 21    4",
  ...atoms.map(([element, x, y, z], i) => `ATOM  ${String(i + 1).padStart(5)}  ${element.padEnd(3)} ALA A   1    ${[x, y, z].map((each) => each.toFixed(3).padStart(8)).join("")}  1.00 10.00          ${element.padStart(2)}`),
  "END\n",
].join("\n");
const cns = "NREFlection=3\nINDE 1 2 3 FOBS= 10\nINDE 0 1 4 FOBS= 20\nINDE 2 0 1 FOBS= 30\n";
const image = "-N 3 -distance 30 -pixel 1 -detpixels 24 -oversample 1 -nopgm -nonoise";

/** Amplitudes by their indices. */
function amplitudes(bytes: Uint8Array): Map<string, number> {
  const { h, k, l, f } = parseHkl(new TextDecoder().decode(bytes), "list");
  return new Map(Array.from({ length: f.size }, (_, i) => [`${h.get(i)} ${k.get(i)} ${l.get(i)}`, f.get(i)]));
}

test("coordinates become amplitudes over the full sphere, F(000) included, and what was assumed is said", () =>
  withBench({ "a.pdb": pdb }, async (bench) => {
    const { code, stderr } = await bench.run("convert a.pdb P1.hkl --dmin 2 --nosolvent");
    assert.is(code, 0);
    assert.match(stderr, /note: a.pdb: 4 atoms, amplitudes to 2 A, F\(000\) = 149 electrons/);
    assert.match(stderr, /f' and f'' at 12398 eV: N .* S 0\.2\d 0\.2\d/);
    const found = amplitudes(await bench.read("P1.hkl"));
    assert.ok(Math.abs((found.get("0 0 0") ?? 0) - 4 * 37) < 2);
    assert.ok(Math.abs((found.get("1 2 3") ?? 0) - (found.get("1 -2 -3") ?? 1)) < 1e-9);
    assert.match((await bench.run("convert a.pdb P2.hkl")).stderr, /give it with --dmin/);
  }));

test("an image is drawn from coordinates in one command, with the cell that they stand in", () =>
  withBench({ "a.pdb": pdb }, async (bench) => {
    const plain = await bench.run(`simulate a.pdb -dmin 2 -nosolvent ${image} --json`);
    assert.is(plain.code, 0, plain.stderr);
    const { cell, statistics } = JSON.parse(plain.stdout);
    assert.ok(Math.abs(cell.edgesA[2] - 17) < 1e-9 && statistics.max > 0);
    const first = await bench.read("floatimage.bin");
    await bench.run("convert a.pdb P1.hkl --dmin 2 --nosolvent");
    await bench.run(`simulate -hkl P1.hkl -cell 11 13 17 -dmin 2 ${image} -floatfile second.bin`);
    assert.equal(await bench.read("second.bin"), first);
    const wet = await bench.run(`simulate -pdb a.pdb -dmin 2 ${image} -solvent 0.4 30`);
    assert.match(wet.stderr, /bulk solvent fills \d+ % of the cell, with 0.4 electrons/);
    assert.not.equal(await bench.read("floatimage.bin"), first);
  }));

test("atoms scatter at the wavelength of the experiment, whatever states it", () =>
  withBench({ "a.pdb": pdb, "b.img": smv("SIZE1=8;\nSIZE2=8;\nPIXEL_SIZE=2;\nDISTANCE=77;\nWAVELENGTH=2;\n", new Array<number>(64).fill(1)) }, async (bench) => {
    const energies = async (options: string): Promise<string | undefined> => /f' and f'' at (\d+) eV/.exec((await bench.run(`simulate a.pdb -dmin 6 -nosolvent -N 3 -distance 30 -oversample 1 -nopgm -nonoise ${options}`)).stderr)?.[1];
    assert.is(await energies("-img b.img"), "6199");
    assert.is(await energies("-mask b.img"), "6199");
    assert.is(await energies("-img b.img -lambda 1.5"), "8266");
    assert.is(await energies("-img b.img -energy 9000"), "9000");
  }));

test("a list without cell and symmetry takes them from options, and says so where there are none", () =>
  withBench({ "a.cv": cns }, async (bench) => {
    assert.match((await bench.run("convert a.cv P1.hkl")).stderr, /does not say its unit cell; give it with -cell/);
    assert.match((await bench.run("convert a.cv P1.hkl --cell 11 13 17")).stderr, /does not say its symmetry; give it with -spacegroup/);
    assert.match((await bench.run("convert a.cv P1.hkl --cell 11 13 17 --spacegroup P5")).stderr, /"P5", which is no space group/);
    const { code, stderr } = await bench.run("convert a.cv P1.hkl --cell 11 13 17 --spacegroup P212121 --fill");
    assert.is(code, 0, stderr);
    assert.match(stderr, /a.cv: complete to .* %/);
    const found = amplitudes(await bench.read("P1.hkl"));
    for (const same of ["1 2 3", "-1 2 3", "1 -2 -3"]) assert.is(found.get(same), 10);
    assert.match(stderr, /missing reflections are filled with the root mean square/);
  }));

test("measured amplitudes beside coordinates are put on their scale, and gaps filled by them", () =>
  withBench({ "a.pdb": pdb }, async (bench) => {
    await bench.run("convert a.pdb P1.hkl --dmin 2 --nosolvent");
    const all = [...amplitudes(await bench.read("P1.hkl"))].filter(([hkl]) => hkl !== "0 0 0" && hkl.replace(/-/g, "") !== "1 2 3");
    const rows = all.map(([hkl, f]) => `INDE ${hkl} FOBS= ${3 * f}`);
    await bench.put({ "b.cv": `NREFlection=${rows.length}\nANOMalous=TRUE\n${rows.join("\n")}\n` });
    const { code, stderr } = await bench.run(`simulate a.pdb -hkl b.cv -fill -nosolvent ${image} -dump Fdump.bin`);
    assert.is(code, 0, stderr);
    assert.match(stderr, /R = 0\.00\d against a.pdb, with scale 3\.0/);
    assert.match(stderr, /[12] missing reflections are filled with calculated amplitudes/);
  }));

test("options that say how to read a list are told where a list of h k l F has no use for them", () =>
  withBench({ "P1.hkl": "1 2 3 10\n-1 -2 -3 10\n" }, async (bench) => {
    const { code, stderr } = await bench.run(`simulate -hkl P1.hkl -cell 11 13 17 -spacegroup P212121 -fill ${image}`);
    assert.is(code, 0, stderr);
    assert.match(stderr, /P1.hkl: -spacegroup is not used; a list of h k l F is taken as it is, as a full sphere in P 1/);
    assert.match(stderr, /P1.hkl: -fill is not used/);
    assert.not.match(stderr, /-column is not used/);
    assert.not.match((await bench.run(`simulate -hkl P1.hkl -cell 11 13 17 ${image}`)).stderr, /is not used/);
  }));

test("what belongs to coordinates is refused without them, and two files that say what scatters", () =>
  withBench({ "a.pdb": pdb, "a.cv": cns }, async (bench) => {
    assert.match((await bench.run(`simulate a.cv -nosolvent -cell 11 13 17 -spacegroup P212121 ${image}`)).stderr, /-nosolvent belongs to coordinates/);
    assert.match((await bench.run(`simulate a.pdb -pdb a.pdb ${image}`)).stderr, /both give structure factors/);
    assert.match((await bench.run(`simulate a.pdb -intfile a.pdb ${image}`)).stderr, /a.pdb is read and would be overwritten/);
  }));

test.run();
