import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { InputError } from "../../src/ndarray/errors.js";
import { parseCns } from "../../src/io/cns.js";
import { parseCoordinateCif } from "../../src/io/coordinate-cif.js";
import { formatCbf } from "../../src/io/cbf/cbf.js";
import { parseFdump } from "../../src/io/fdump.js";
import { parseModelFile } from "../../src/io/geometry/model-file.js";
import { crystalAt } from "../../src/io/geometry/setting.js";
import { gzip } from "../../src/io/gzip.js";
import { parseHkl } from "../../src/io/hkl.js";
import { parseAnyImage } from "../../src/io/image.js";
import { parseMtz } from "../../src/io/mtz.js";
import { parsePdb } from "../../src/io/pdb.js";
import { parseShelxHkl } from "../../src/io/shelx-hkl.js";
import { formatSmv } from "../../src/io/smv.js";
import { parseStructureFactorCif } from "../../src/io/structure-factor-cif.js";
import { parseXdsAscii } from "../../src/io/xds-ascii.js";
import { array } from "../../src/ndarray/ndarray.js";
import { byteDamages, textDamages, type Damage } from "./damage.js";
import { dialsModel, geometry, integrate, matrix, oldXparm, stream, xparm } from "./geometry/small-models.js";
import { mtzFile } from "./mtz-file.js";

interface Format<T> {
  readonly name: string;
  readonly good: T;
  readonly read: (file: T) => unknown;
}

const model = (text: string): void => {
  const { record, image } = parseModelFile(text, "f").image(1);
  for (const crystal of record.crystals) crystalAt(record, crystal, image);
};
const pdb = `CRYST1   20.000   30.000   40.000  90.00 100.00  90.00 P 1 21 1      2
ATOM      1  N   ALA A   1      10.000  15.000   8.000  1.00 12.50           N
ANISOU    1  N   ALA A   1     1000   2000   3000    100   -200    300       N
ATOM      2  CA AALA A   1       1.000   2.000   3.000  0.60 20.00           C
HETATM    4 FE   HEM A   2       4.000   5.000   6.000  1.00 15.00          FE3+
ATOM      6  HA  ALA A   1       2.000   2.000   3.000  1.00 20.00           H
END
`;
const cell = ["_cell.length_a 20.0", "_cell.length_b 30.0", "_cell.length_c 40.0", "_cell.angle_alpha 90", "_cell.angle_beta 100", "_cell.angle_gamma 90", "_symmetry.space_group_name_H-M 'P 1 21 1'"];
const loop = (names: readonly string[], rows: readonly string[]): string => ["data_a", ...cell, "loop_", ...names, ...rows, ""].join("\n");
const coordinates = loop(
  ["id", "type_symbol", "label_atom_id", "label_comp_id", "Cartn_x", "Cartn_y", "Cartn_z", "occupancy", "B_iso_or_equiv"].map((name) => `_atom_site.${name}`),
  ["1 N N ALA 10.0 15.0 8.0 1.00 12.5", "2 C CA ALA 1.0 2.0 3.0 0.60 20.0", "3 C CB ALA 1.5 2.0 3.0 0.40 20.0", "4 FE FE HEM 4.0 5.0 6.0 1.00 15.0"],
);
const amplitudes = loop(
  ["index_h", "index_k", "index_l", "F_meas_au", "F_meas_sigma_au"].map((name) => `_refln.${name}`),
  ["1 1 2 10.5 0.5", "1 1 3 20 1", "1 1 5 99.5 1.5", "2 1 2 11 1", "2 2 2 12 1"],
);
const xds = `!FORMAT=XDS_ASCII    MERGE=FALSE    FRIEDEL'S_LAW=TRUE
!SPACE_GROUP_NUMBER=   19
!UNIT_CELL_CONSTANTS=    10.000    20.000    30.000  90.000  90.000  90.000
!NUMBER_OF_ITEMS_IN_EACH_DATA_RECORD=5
!ITEM_H=1
!ITEM_K=2
!ITEM_L=3
!ITEM_IOBS=4
!ITEM_SIGMA(IOBS)=5
!END_OF_HEADER
     1     1     2  1.105E+02  4.000E+00
     1     1     3  2.105E+02  5.000E+00
     2     0     1  3.105E+02 -6.000E+00
!END_OF_DATA
`;
const cns = `NREFlection=3
ANOMalous=FALSe
DECLare NAME=FOBS DOMAin=RECIprocal TYPE=REAL END
DECLare NAME=SIGMA DOMAin=RECIprocal TYPE=REAL END
INDEx 1 1 2 FOBS= 10.5 SIGMA= 0.5
INDEx 1 1 3 FOBS= 20.5 SIGMA= 0.7
INDEx 2 0 1 FOBS= 30.5 SIGMA= 0.9
`;
const shelx = "   1   1   2  110.50    4.00\n   1   1   3  210.50    5.00\n   2   0   1  310.50    6.00\n   0   0   0    0.00    0.00\n";
const hkl = "1 1 2 10.5\n1 1 3 20.5\n2 0 1 30.5\n-2 0 1 31.5\n";

const texts: readonly Format<string>[] = [
  { name: "DIALS experiments", good: JSON.stringify(dialsModel(), undefined, 1), read: model },
  { name: "XPARM", good: xparm, read: model },
  { name: "XPARM of the old form", good: oldXparm, read: model },
  { name: "INTEGRATE", good: integrate, read: model },
  { name: "CrystFEL geometry", good: geometry, read: model },
  { name: "CrystFEL stream", good: stream(), read: model },
  { name: "MOSFLM matrix", good: matrix, read: model },
  { name: "PDB", good: pdb, read: (text) => parsePdb(text, "f") },
  { name: "coordinate mmCIF", good: coordinates, read: (text) => parseCoordinateCif(text, "f") },
  { name: "structure-factor mmCIF", good: amplitudes, read: (text) => parseStructureFactorCif(text, "f") },
  { name: "XDS_ASCII", good: xds, read: (text) => parseXdsAscii(text, "f") },
  { name: "CNS", good: cns, read: (text) => parseCns(text, "f") },
  { name: "SHELX", good: shelx, read: (text) => parseShelxHkl(text, "f") },
  { name: "hkl", good: hkl, read: (text) => parseHkl(text, "f") },
];

const counts = array([[1, 2, 300, 4], [5, 60000, 7, 8], [9, 10, 11, 12]]);
const centre = [0.2, 0.15] as const;
const smvHeader = {
  pixelSizeMm: 0.1, distanceMm: 100, wavelengthA: 1, beamCenterMm: centre, adxvCenterMm: centre, mosflmCenterMm: centre, denzoBeamMm: centre,
  dialsOriginMm: [-0.2, 0.15, -100] as const, xdsOriginPixels: [2, 1.5] as const, closeDistanceMm: 100, phiDeg: 0, oscRangeDeg: 0, twoThetaDeg: 0,
};
const fdump = new Uint8Array([...new TextEncoder().encode("0 1 0 1 0 1\n\f"), ...new Uint8Array(8 * 27)]);
const mtz = mtzFile({
  records: ["VERS MTZ:V1.1", "TITLE a test", "NCOL 4 3 0", "CELL 10 20 30 90 90 90", "SORT 0 0 0 0 0", "SYMINF 1 1 P 1 'P1' PG1", "SYMM X, Y, Z", "RESO 0.01 0.1", "NDIF 0", "COLUMN H H 0 3 0", "COLUMN K H 0 3 0", "COLUMN L H 0 3 0", "COLUMN F F 0 100 0"],
  rows: [[1, 1, 2, 10.5], [1, 1, 3, 20.5], [2, 0, 1, 30.5]],
});
/** A grey TIFF of 4 x 3 pixels of 16 bits. */
function tiff(): Uint8Array {
  const bytes = new Uint8Array(200 + 24);
  const view = new DataView(bytes.buffer);
  bytes.set([0x49, 0x49, 42, 0, 8, 0, 0, 0, 8, 0]);
  const entries = [[256, 4], [257, 3], [258, 16], [259, 1], [273, 200], [277, 1], [279, 24], [339, 1]];
  entries.forEach(([tag, value], i) => {
    view.setUint16(10 + 12 * i, tag, true);
    view.setUint16(12 + 12 * i, 4, true);
    view.setUint32(14 + 12 * i, 1, true);
    view.setUint32(18 + 12 * i, value, true);
  });
  return bytes;
}
const image = (bytes: Uint8Array): Promise<unknown> => parseAnyImage(bytes, "f.img");
const binaries: readonly (Format<Uint8Array> & { readonly header?: number; readonly places?: number })[] = [
  { name: "CBF", good: formatCbf(["Wavelength 1 A"], counts), read: image, header: 900 },
  { name: "gzip", good: await gzip(formatCbf([], counts)), read: image },
  { name: "SMV", good: formatSmv(smvHeader, counts), read: image, header: 300 },
  { name: "TIFF", good: tiff(), read: image, header: 106 },
  { name: "PGM", good: new TextEncoder().encode("P5\n4 3\n255\nabcdefghijkl"), read: image },
  { name: "MTZ", good: mtz, read: (bytes) => parseMtz(bytes, "f"), places: 200 },
  { name: "Fdump", good: fdump, read: (bytes) => parseFdump(bytes, "f") },
];

/** Asserts that a file is read or refused in one sentence; returns whether it is refused. */
async function isRefused<T>({ name, read }: Format<T>, { what, file }: Damage<T>): Promise<boolean> {
  try {
    await read(file);
    return false;
  } catch (error) {
    if (!(error instanceof InputError)) throw new Error(`${name}, ${what}: ${String(error)}`, { cause: error });
    assert.ok(error.message.length > 10 && error.message.length < 400 && !error.message.includes("\n"), `${name}, ${what}: ${error.message}`);
    return true;
  }
}

const fewest = 40;

test("of every format of text 40 damages and more are refused in one sentence, and none ends otherwise", async () => {
  for (const format of texts) {
    await format.read(format.good);
    let refused = 0;
    for (const damage of textDamages(format.good)) if (await isRefused(format, damage)) refused++;
    assert.ok(refused >= fewest, `${format.name}: only ${refused} damages are refused`);
  }
});

test("of every format of bytes 40 damages and more are refused in one sentence, and none ends otherwise", async () => {
  for (const format of binaries) {
    await format.read(format.good);
    let refused = 0;
    for (const damage of byteDamages(format.good, format.header, format.places)) if (await isRefused(format, damage)) refused++;
    assert.ok(refused >= fewest, `${format.name}: only ${refused} damages are refused`);
  }
});

test("a file of another kind is refused by every reader", async () => {
  for (const format of texts) {
    for (const other of texts) {
      if (other.read === format.read) continue;
      assert.ok(await isRefused(format, { what: `a file of ${other.name}`, file: other.good }), `${format.name} is read from a file of ${other.name}`);
    }
  }
});

test("random bytes are read or refused by every reader", async () => {
  const random = fc.uint8Array({ maxLength: 600 });
  await fc.assert(
    fc.asyncProperty(random, fc.nat(), async (bytes, at) => {
      for (const format of binaries) {
        // Half of the files begin as they should.
        const begin = format.good.slice(0, at % (format.good.length + 1));
        await isRefused(format, { what: "random bytes", file: at % 2 === 0 ? bytes : new Uint8Array([...begin, ...bytes]) });
      }
      const text = new TextDecoder("latin1").decode(bytes);
      for (const format of texts) await isRefused(format, { what: "random text", file: at % 2 === 0 ? text : format.good.slice(0, at % format.good.length) + text });
    }),
    { numRuns: 60 },
  );
});

test.run();
