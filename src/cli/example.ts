import { access } from "node:fs/promises";
import { readBinaryFile, readTextFile, writeAllAtomically } from "../io/files.js";
import { parseHkl } from "../io/hkl.js";
import { formatSmv } from "../io/smv.js";
import type { Experiment } from "../models/experiment.js";
import { StructureFactors } from "../models/structure-factors.js";
import { InputError } from "../ndarray/errors.js";
import { addNoise } from "../simulate/noise.js";
import { simulate } from "../simulate/simulate.js";
import { Ran1 } from "../models/ran1.js";
import { copy } from "../ndarray/ndarray.js";
import type { Environment } from "./environment.js";
import { fromFolder } from "./input-files.js";
import { packageRoot } from "./package-root.js";
import { smvHeader } from "../output/smv-header.js";

/** Amplitudes of the Cro repressor, computed from PDB entry 1ORC and expanded to P 1; the package holds them. */
const amplitudes = new URL("scripts/data/1orc_P1.hkl", packageRoot);

/** The coordinates that they were computed from, PDB entry 1ORC, which anybody may use (CC0). */
const coordinates = new URL("../../scripts/data/1orc.pdb", import.meta.url);

const intro = `braggtape example: writes three files to try the other commands on

  1orc.pdb   coordinates of a protein, the Cro repressor, PDB entry 1ORC
  P1.hkl     structure factor amplitudes of a protein (electrons, expanded to P 1), computed from them
  still.img  a simulated still of it with Poisson noise, 128 x 128 pixels

Exit codes: 0 all files written; 2 refused, with a sentence, and none written.
`;

/** The crystal and the camera that made still.img. A refinement that starts near to them finds them again. */
const truth: Omit<Experiment, "structureFactors"> = {
  beam: { wavelengthA: 1, fluence: 2e26 },
  crystal: {
    lattice: { a: 34.85, b: 39.09, c: 48.18, alpha: 90, beta: 90, gamma: 90 },
    missetDeg: [10.12, 19.9, 30.1],
    cells: [8, 8, 8],
  },
  detector: { pixels: { fast: 128, slow: 128 }, pixelSizeMm: 0.4, distanceMm: 120.25 },
};

/**
 * Writes the example files into the working folder.
 * @throws InputError where one of them is there already
 */
export async function runExample(argv: readonly string[], { cwd, stdout }: Environment): Promise<void> {
  if (argv.some((word) => /^--?h(elp)?$/.test(word))) return stdout(intro);
  if (argv.length > 0) throw new InputError(`example takes no options, and got ${argv.join(" ")}`);
  const [atoms, list, still] = ["1orc.pdb", "P1.hkl", "still.img"];
  for (const name of [atoms, list, still]) {
    const isThere = await access(fromFolder(cwd, name)).then(() => true, () => false);
    if (isThere) throw new InputError(`${name} is there already; remove it, or go to another folder`);
  }
  const [path, atomsPath] = [amplitudes, coordinates].map(({ pathname }) => decodeURIComponent(pathname));
  const structureFactors = StructureFactors.fromReflections(parseHkl(await readTextFile(path), list));
  const { image } = simulate({ ...truth, structureFactors }, { oversample: 2 });
  const { counts } = addNoise(copy(image, "float32"), { seed: -1, adcOffset: 0, generator: new Ran1() });
  const header = smvHeader(truth.detector, { wavelengthA: truth.beam.wavelengthA, phiDeg: 0, oscRangeDeg: 0 });
  await writeAllAtomically([
    { path: fromFolder(cwd, atoms), bytes: await readBinaryFile(atomsPath) },
    { path: fromFolder(cwd, list), bytes: await readBinaryFile(path) },
    { path: fromFolder(cwd, still), bytes: formatSmv(header, counts) },
  ]);
  stdout(`written     ${atoms}, coordinates of a protein; ${list}, its amplitudes; ${still}, a simulated still of it\n`);
}
