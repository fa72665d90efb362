import * as fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { isCns, parseCns } from "../../src/io/cns.js";
import type { MeasuredColumn, MeasuredReflections } from "../../src/io/measured.js";
import { isShelxHkl, parseShelxHkl } from "../../src/io/shelx-hkl.js";
import { parseStructureFactorCif } from "../../src/io/structure-factor-cif.js";
import { parseXdsAscii } from "../../src/io/xds-ascii.js";
import { readsOrRefuses, refuses } from "./refusal.js";

const cif = `data_r1absf
_cell.length_a 10
_cell.length_b 20
_cell.length_c 30
_symmetry.space_group_name_H-M 'P 21 21 21'
loop_
_diffrn_radiation_wavelength.id
_diffrn_radiation_wavelength.wavelength
1 0.98
2 1.54
loop_
_refln.wavelength_id
_refln.index_h
_refln.index_k
_refln.index_l
_refln.status
_refln.F_meas_au
_refln.F_meas_sigma_au
_refln.pdbx_I_plus
_refln.pdbx_I_plus_sigma
_refln.pdbx_I_minus
_refln.pdbx_I_minus_sigma
1 1 2 3 o 10.5 0.5 110 4 108 5
1 1 2 4 f 20 1 ? ? 400 9
1 1 2 5 x 99 1 1 1 1 1
2 1 2 3 o 11 1 1 1 1 1
data_r1abAsf
_cell.length_a 10
_cell.length_b 20
_cell.length_c 30
_symmetry.Int_Tables_number 19
loop_
_refln.index_h
_refln.index_k
_refln.index_l
_refln.intensity_meas
_refln.intensity_sigma
2 0 1 50.5 2.5
`;

const xds = `!FORMAT=XDS_ASCII    MERGE=FALSE    FRIEDEL'S_LAW=FALSE
!SPACE_GROUP_NUMBER=   19
!UNIT_CELL_CONSTANTS=    10.00    20.00    30.00  90.000  90.000  90.000
!X-RAY_WAVELENGTH=  0.979
!NUMBER_OF_ITEMS_IN_EACH_DATA_RECORD=5
!ITEM_H=1
!ITEM_K=2
!ITEM_L=3
!ITEM_IOBS=4
!ITEM_SIGMA(IOBS)=5
!END_OF_HEADER
     1     2     3  1.100E+02  4.000E+00
    -1    -2    -3  1.080E+02  5.000E+00
     1     2     4  9.000E+02 -1.000E+00
!END_OF_DATA
`;

const shelx = "   1   2   3  110.00    4.00   1\n  -1  -2 -13   -8.50    5.00   2\n   0   0   0    0.00    0.00   0\n TITL what follows is no list\n";

const cns = ` NREFlection= 2
 ANOMalous=TRUE { equiv to HERMitian=FALSe }
 DECLare NAME=FOBS DOMAin=RECIprocal TYPE=COMPLEX END
 DECLare NAME=SIGMA DOMAin=RECIprocal TYPE=REAL END
 INDE 1 2 3 FOBS= 10.5 0.0 SIGMA= 0.5 TEST= 0
 INDE -1 -2 -3 FOBS=   11.5 0.0
   SIGMA=0.6 TEST= 1
`;

const column = ({ columns }: MeasuredReflections, label: string): MeasuredColumn => {
  const found = columns.find((each) => each.label === label);
  if (found === undefined) throw new Error(`no ${label}`);
  return found;
};

test("structure factors of mmCIF come block by block, with Friedel mates apart, missing marks, and the first wavelength alone", () => {
  const [first, second] = parseStructureFactorCif(cif, "a-sf.cif");
  assert.equal([first.name, second.name, first.wavelengthA, first.operators?.length], ["a-sf.cif, block r1absf", "a-sf.cif, block r1abAsf", 0.98, 4]);
  assert.equal([...first.l.data], [3, 4, 5]);
  assert.equal([...column(first, "F_meas_au").values.data], [10.5, 20, NaN]);
  const { kind, mates, sigmas, values } = column(first, "pdbx_I_plus");
  assert.equal([kind, ...values.data, ...(sigmas?.data ?? [])], ["intensity", 110, NaN, NaN, 4, NaN, NaN]);
  assert.equal([...(mates?.values.data ?? [])], [108, 400, NaN]);
  assert.match(first.warnings.join(), /1 reflections of other wavelengths/);
  assert.equal([second.operators?.length, ...column(second, "intensity_meas").values.data], [4, 50.5]);
});

test("XDS_ASCII gives intensities without misfits, and tells whether Friedel mates are apart", () => {
  const read = parseXdsAscii(xds, "XDS_ASCII.HKL");
  assert.equal([...(read.cell ?? [])], [10, 20, 30, 90, 90, 90]);
  assert.equal([read.areMatesApart, read.wavelengthA, read.operators?.length, read.h.size], [true, 0.979, 4, 2]);
  assert.equal([...column(read, "IOBS").values.data, ...(column(read, "IOBS").sigmas?.data ?? [])], [110, 108, 4, 5]);
  assert.equal(read.warnings, ["XDS_ASCII.HKL: 1 misfits (of negative standard deviation) are left out"]);
  assert.match(parseXdsAscii(xds.replace("!END_OF_DATA\n", ""), "a").warnings.join(), /may be cut short/);
});

test("SHELX's columns are read by their places, up to 0 0 0", () => {
  assert.ok(isShelxHkl(shelx));
  assert.not(isShelxHkl("1 2 3 10.5\n2 3 4 5.5\n"));
  const read = parseShelxHkl(shelx, "a.hkl");
  assert.equal([...read.l.data, ...column(read, "FSQ").values.data, ...(column(read, "FSQ").sigmas?.data ?? [])], [3, -13, 110, -8.5, 4, 5]);
  assert.equal([read.cell, read.operators, column(parseShelxHkl(shelx, "a", "amplitude"), "F").kind], [undefined, undefined, "amplitude"]);
});

test("CNS lists values by name, over several lines or one", () => {
  assert.ok(isCns(cns));
  const read = parseCns(cns, "a.cv");
  assert.equal([read.areMatesApart, [...read.h.data], read.warnings], [true, [1, -1], []]);
  assert.equal([...column(read, "FOBS").values.data, ...(column(read, "FOBS").sigmas?.data ?? [])], [10.5, 11.5, 0.5, 0.6]);
  assert.match(parseCns(cns.replace("= 2", "= 3"), "a").warnings.join(), /announces 3 reflections and lists 2/);
});

test("what is no number, no index or no list is refused where it stands", () => {
  refuses(() => parseStructureFactorCif(cif.replace(" 10.5 ", " 1x "), "a"), /block r1absf, reflection 1: F_meas_au is "1x"/);
  refuses(() => parseStructureFactorCif(cif.replace("1 1 2 3 o", "1 1.5 2 3 o"), "a"), /indices are 1.5 2 3/);
  refuses(() => parseStructureFactorCif("data_x\n_cell.length_a 3\n", "a"), /no reflection/);
  refuses(() => parseXdsAscii(xds.replace("1.100E+02", "1.1f"), "a"), /a, line 12: IOBS is "1.1f"/);
  refuses(() => parseXdsAscii(xds.replace("=   19", "=  419"), "a"), /SPACE_GROUP_NUMBER is "419"/);
  refuses(() => parseXdsAscii("hello", "a"), /no XDS_ASCII file/);
  refuses(() => parseShelxHkl(shelx.replace("110.00", "11x.00"), "a"), /a, line 1: ".*11x.00" in columns 13/);
  refuses(() => parseCns(cns.replace("10.5", "1o.5"), "a"), /a, line 5: FOBS is "1o.5"/);
});

test("a damaged list is read or refused in one sentence", () => {
  const parsers = [[cif, parseStructureFactorCif], [xds, parseXdsAscii], [shelx, parseShelxHkl], [cns, parseCns]] as const;
  for (const [text, parse] of parsers) {
    const damage = fc.tuple(fc.nat({ max: text.length - 1 }), fc.nat({ max: 40 }), fc.constantFrom("", "?", "'", "\n", "-", "x", "\0"));
    fc.assert(
      fc.property(damage, ([at, length, patch]) => readsOrRefuses(() => parse(text.slice(0, at) + patch + text.slice(at + length), "damaged"))),
      { numRuns: 60, seed: 5 },
    );
  }
});

test.run();
