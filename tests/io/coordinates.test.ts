import * as fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { parseCoordinateCif } from "../../src/io/coordinate-cif.js";
import { parsePdb } from "../../src/io/pdb.js";
import { readsOrRefuses, refuses } from "./refusal.js";

const pdb = `CRYST1   20.000   30.000   40.000  90.00 100.00  90.00 P 1 21 1      2
ATOM      1  N   ALA A   1      10.000  15.000   8.000  1.00 12.50           N
ANISOU    1  N   ALA A   1     1000   2000   3000    100   -200    300       N
ATOM      2  CA AALA A   1       1.000   2.000   3.000  0.60 20.00           C
ATOM      3  CA BALA A   1       1.500   2.000   3.000  0.40 20.00           C
HETATM    4 FE   HEM A   2       4.000   5.000   6.000  1.00 15.00          FE3+
HETATM    5  UNK UNX A   3       4.000   5.000   6.000  1.00 15.00           X
ATOM      6  HA  ALA A   1       2.000   2.000   3.000  1.00 20.00
END
`;

const mmcif = `data_TEST
_cell.length_a 20.0
_cell.length_b 30.0
_cell.length_c 40.0
_cell.angle_alpha 90
_cell.angle_beta 100
_cell.angle_gamma 90
_symmetry.space_group_name_H-M 'P 1 21 1'
loop_
_atom_site.group_PDB
_atom_site.id
_atom_site.type_symbol
_atom_site.label_atom_id
_atom_site.label_alt_id
_atom_site.label_comp_id
_atom_site.Cartn_x
_atom_site.Cartn_y
_atom_site.Cartn_z
_atom_site.occupancy
_atom_site.B_iso_or_equiv
_atom_site.pdbx_formal_charge
_atom_site.pdbx_PDB_model_num
ATOM 1 N N . ALA 10 15 8 1.00 12.50 ? 1
ATOM 2 C CA A ALA 1 2 3 0.60 20.00 ? 1
ATOM 3 C CA B ALA 1.5 2 3 0.40 20.00 ? 1
HETATM 4 FE FE . HEM 4 5 6 1.00 15.00 3 1
ATOM 5 N N . ALA 9 9 9 1.00 12.50 ? 2
loop_
_atom_site_anisotrop.id
_atom_site_anisotrop.U[1][1]
_atom_site_anisotrop.U[2][2]
_atom_site_anisotrop.U[3][3]
_atom_site_anisotrop.U[1][2]
_atom_site_anisotrop.U[1][3]
_atom_site_anisotrop.U[2][3]
1 0.1 0.2 0.3 0.01 -0.02 0.03
`;

const small = `data_salt
_cell_length_a 5.0(1)
_cell_length_b 6.0
_cell_length_c 7.0
_cell_angle_alpha 90
_cell_angle_beta 90
_cell_angle_gamma 90
loop_
_space_group_symop_operation_xyz
'x, y, z'
'-x, -y, -z'
loop_
_atom_site_label
_atom_site_type_symbol
_atom_site_fract_x
_atom_site_fract_y
_atom_site_fract_z
_atom_site_U_iso_or_equiv
_atom_site_occupancy
_atom_site_calc_flag
Na1 Na+ 0 0 0 0.02(1) 1 d
Cl1 Cl1- 0.25(3) 0.5 0.125 0.03 0.5 d
H1 H ? ? ? 0.05 1 dum
loop_
_atom_site_aniso_label
_atom_site_aniso_U_11
_atom_site_aniso_U_22
_atom_site_aniso_U_33
_atom_site_aniso_U_23
_atom_site_aniso_U_13
_atom_site_aniso_U_12
Na1 0.01 0.02 0.03 0.003 0.002 0.001
`;

const near = (found: readonly number[], wanted: readonly number[], tolerance = 1e-6): void =>
  wanted.forEach((value, i) => assert.ok(Math.abs(found[i] - value) < tolerance, `${found} is not ${wanted}`));

test("a PDB file gives cell, symmetry, elements, charges, conformations and displacements", () => {
  const { cell, operators, atoms, warnings, occupancyOf } = parsePdb(pdb, "a.pdb");
  assert.equal([...cell], [20, 30, 40, 90, 100, 90]);
  assert.is(operators.length, 2);
  assert.equal(atoms.map(({ element, charge, alternate, occupancy }) => [element, charge, alternate, occupancy]), [
    ["N", 0, "", 1], ["C", 0, "A", 0.6], ["C", 0, "B", 0.4], ["Fe", 3, "", 1], ["H", 0, "", 1],
  ]);
  // z runs along c* in the right-angled frame, which leans by 10 degrees against c.
  const lean = (100 * Math.PI) / 180;
  near(atoms[0].position, [10 / 20 - 8 / Math.tan(lean) / 20, 0.5, 8 / (40 * Math.sin(lean))]);
  near([atoms[0].bIso], [(8 * Math.PI ** 2 * 0.6) / 3]);
  near(atoms[0].uStar?.slice(1, 2) ?? [], [0.2 / 900]);
  assert.equal(warnings, ["a.pdb: line 7, UNK of UNX A3, of no known element is left out"]);
  assert.is(occupancyOf, "written");
});

test("mmCIF and PDB say the same of the same atoms", () => {
  const [a, b] = [parsePdb(pdb, "a.pdb"), parseCoordinateCif(mmcif, "a.cif")];
  b.atoms.forEach(({ position, bIso, uStar, element, charge }, i) => {
    near(position, a.atoms[i].position);
    assert.equal([element, charge], [a.atoms[i].element, a.atoms[i].charge]);
    near(uStar ?? [], a.atoms[i].uStar ?? []);
    if (i > 0) near([bIso], [a.atoms[i].bIso]);
  });
  assert.is(b.operators.length, 2);
  assert.equal(b.warnings, ["a.cif holds 2 models; the first one is taken"]);
});

test("a small molecule's CIF counts in fractions and along the reciprocal edges, with standard deviations in brackets", () => {
  const { cell, atoms, operators, occupancyOf } = parseCoordinateCif(small, "salt.cif");
  assert.equal([...cell], [5, 6, 7, 90, 90, 90]);
  assert.equal([operators.length, occupancyOf, atoms.length], [2, "site", 2]);
  assert.equal([atoms[0].element, atoms[0].charge, atoms[1].element, atoms[1].charge], ["Na", 1, "Cl", -1]);
  near(atoms[1].position, [0.25, 0.5, 0.125]);
  near([atoms[1].bIso], [8 * Math.PI ** 2 * 0.03]);
  near(atoms[0].uStar ?? [], [0.01 / 25, 0.02 / 36, 0.03 / 49, 0.001 / 30, 0.002 / 35, 0.003 / 42], 1e-9);
});

test("what no crystal has is named: another symmetry, more than one atom at a place, and B below 0", () => {
  const doubts = (text: string): readonly string[] => parsePdb(text, "a.pdb").warnings.slice(1);
  const line = (n: number): string => pdb.split("\n")[n];
  assert.equal(doubts(pdb.replace("100.00", "100.90").replace("90.00 100", "95.00 100")), ["a.pdb: the cell 20 30 40 95 100.9 90 does not have the symmetry of the space group (P 1 21 1)"]);
  assert.equal(doubts(pdb.replace("END", `${line(5)}\nEND`)), ["a.pdb: occupancies make more than one atom at a place (FE of HEM A2), and count as they are"]);
  assert.equal(doubts(pdb.replace("0.40 20", "0.60 20")), ["a.pdb: occupancies of alternates add up to more than one atom (CA of ALA A1), and count as they are"]);
  assert.equal(doubts(pdb.replace("1.00 15.00          FE", "1.00 -5.00          FE")), ["a.pdb: values of B are below 0, by which scattering rises with the angle (FE of HEM A2), and count as they are"]);
  assert.equal(doubts(pdb.replace("1.00 15.00          FE", "                    FE")), ["a.pdb: 1 atom has no occupancy; 1 is taken", "a.pdb: 1 atom has no B; 0 is taken"]);
  assert.equal(doubts(`EXPDTA    NEUTRON DIFFRACTION\n${pdb}`), ["a.pdb is a structure by NEUTRON DIFFRACTION, and the scattering of X-rays is calculated"]);
  const scale = ["0.050000  0.000000  0.008816", "0.000000  0.033333  0.000000", "0.000000  0.000000  0.025386"].map((row, i) => `SCALE${i + 1}      ${row}        0.${i === 0 ? 25 : 0}0000\n`).join("");
  assert.equal(doubts(pdb.replace("ATOM      1", `${scale}ATOM      1`)), ["a.pdb: the SCALE matrix is not that of the cell's usual frame, and counts"]);
  refuses(() => parsePdb(pdb.replace("END", "CRYST1   25.000   30.000   40.000  90.00 100.00  90.00 P 1 21 1      2"), "a.pdb"), /a\.pdb, line 9: a second CRYST1 record states another unit cell/);
});

test("a CIF's listed operators count, also against its name, and an angle that is not stated is a right one", () => {
  const listed = mmcif.replace("loop_", "loop_\n_symmetry_equiv.pos_as_xyz\n'x,y,z'\nloop_");
  const { operators, warnings } = parseCoordinateCif(listed.replace("_cell.angle_gamma 90\n", ""), "a.cif");
  assert.is(operators.length, 1);
  assert.equal(warnings.slice(0, 2), [
    "a.cif: the angle gamma of the unit cell is not stated; 90 degrees are taken",
    "a.cif: 1 symmetry operators are listed, and P 1 21 1 has 2; those that are listed are taken",
  ]);
});

test("what is missing or no number is refused where it stands", () => {
  refuses(() => parsePdb(pdb.replace(/CRYST1.*\n/, ""), "a"), /a: no CRYST1 record stands before the atoms/);
  refuses(() => parsePdb(pdb.replace("P 1 21 1", "P 5 5 5 "), "a"), /"P 5 5 5", which is no space group/);
  refuses(() => parsePdb(pdb.replace("15.000   8.000", "1x.000   8.000"), "a"), /a, line 2: "1x.000" in columns 39 to 46/);
  refuses(() => parsePdb(pdb.replace("20.000   30.000", " 1.000    1.000").replace("40.000", " 1.000"), "a"), /not of a crystal/);
  refuses(() => parseCoordinateCif(mmcif.replace("_cell.length_a 20.0", "_cell.length_a ?"), "a"), /unit cell is not given/);
  refuses(() => parseCoordinateCif(mmcif.replace("10 15 8", "10 1x5 8"), "a"), /coordinate y of atom 1 is "1x5"/);
  refuses(() => parseCoordinateCif(mmcif.replace("'P 1 21 1'", "'P 5'"), "a"), /"P 5" is no space group/);
  refuses(() => parseCoordinateCif(mmcif.replace(" 12.50 ? 2", ""), "a"), /its last row is cut short/);
  refuses(() => parseCoordinateCif("data_x\n_cell.length_a 'open\n", "a"), /line 2: the quotation "'open" is not closed/);
  refuses(() => parseCoordinateCif("data_x\n_text\n;endless\n", "a"), /line 3: the text that begins/);
});

test("a damaged file is read or refused in one sentence", () => {
  for (const [text, parse] of [[pdb, parsePdb], [mmcif, parseCoordinateCif], [small, parseCoordinateCif]] as const) {
    const damage = fc.tuple(fc.nat({ max: text.length - 1 }), fc.nat({ max: 60 }), fc.constantFrom("", "?", "'", "\n", "-", "x", "\0"));
    fc.assert(
      fc.property(damage, ([at, length, patch]) => readsOrRefuses(() => parse(text.slice(0, at) + patch + text.slice(at + length), "damaged"))),
      { numRuns: 60, seed: 4 },
    );
  }
});

test.run();
