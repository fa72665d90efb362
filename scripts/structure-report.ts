/**
 * How far calculated amplitudes are from listed ones: reads pairs of files, coordinates and reflections, and writes R factors and
 * correlations by resolution to reports/structure-factors.md.
 *
 *   npx tsx scripts/structure-report.ts 1rqw.pdb thaumatin.mtz 1orc.pdb 1orc_calc.mtz
 */
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { amplitudesOfList, structureOf } from "../src/cli/coordinates-scattering.js";
import { parseCoordinates } from "../src/cli/scatterers.js";
import { writeFileAtomically } from "../src/io/files.js";
import { array, type NdArray } from "../src/ndarray/ndarray.js";
import { fittedTo } from "../src/structure/calculated.js";
import { stolSquared } from "../src/structure/reflections.js";
import { rFactor } from "../src/structure/scale.js";
import { edgeInWords } from "../src/structure/solvent-edge.js";
import { Symmetry } from "../src/structure/symmetry.js";
import { table } from "../bench/markdown.js";

const files = process.argv.slice(2);
if (files.length === 0 || files.length % 2 !== 0) {
  console.error("give pairs of files: coordinates, then reflections");
  process.exit(2);
}

const shells: readonly (readonly [low: number, high: number])[] = [
  [Infinity, 20], [20, 10], [10, 8], [8, 6], [20, 6], [6, 5], [5, 4], [4, 3.5], [3.5, 3], [6, 3], [3, 2.5], [2.5, 2], [2, 1.7], [1.7, 1.4], [4, 0], [Infinity, 0],
];

function correlation(a: NdArray, b: NdArray): number {
  const mean = (x: NdArray): number => Array.from(x.data).reduce((sum, value) => sum + value, 0) / x.size;
  const [ma, mb] = [mean(a), mean(b)];
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.size; i++) {
    const [x, y] = [a.get(i) - ma, b.get(i) - mb];
    [ab, aa, bb] = [ab + x * y, aa + x * x, bb + y * y];
  }
  return ab / Math.sqrt(aa * bb);
}

async function compare(coordinates: string, reflections: string): Promise<string> {
  const { structure, cell } = structureOf(parseCoordinates(new Uint8Array(readFileSync(coordinates)), coordinates));
  const symmetry = new Symmetry(structure.operators);
  const list = { bytes: new Uint8Array(readFileSync(reflections)), name: basename(reflections) };
  const { amplitudes, label } = amplitudesOfList(list, structure, symmetry, cell, {});
  const withSolvent = await fittedTo(structure, amplitudes, {});
  const without = await fittedTo(structure, amplitudes, { solvent: null });
  const stol = stolSquared(structure.cell, amplitudes.hkl);
  const rows = shells.flatMap(([low, high]) => {
    const members = [...stol.data.keys()].filter((i) => {
      const d = 1 / (2 * Math.sqrt(stol.get(i)));
      return d <= low && d > high;
    });
    if (members.length < 3) return [];
    const of = (values: NdArray): NdArray => array(members.map((i) => values.get(i)));
    const [fo, fc, bare] = [amplitudes.f, withSolvent.calculated, without.calculated].map(of);
    const range = `${low === Infinity ? "all" : low} to ${high === 0 ? "the end" : high} A`;
    return [[range, String(members.length), rFactor(fo, fc).toFixed(4), correlation(fo, fc).toFixed(3), rFactor(fo, bare).toFixed(4)]];
  });
  const { overall, solventDensity, solventB } = withSolvent.scale;
  return `## ${basename(coordinates)} against ${label} of ${basename(reflections)}

Scale ${overall.toPrecision(4)}; solvent of ${solventDensity.toFixed(3)} electrons/Å³, B = ${solventB.toFixed(1)} Å²${withSolvent.edge ? `, ${edgeInWords(withSolvent.edge)}` : ""}.

${table(["resolution", "reflections", "R", "correlation", "R without solvent"], rows)}`;
}

const sections: string[] = [];
for (let i = 0; i < files.length; i += 2) sections.push(await compare(files[i], files[i + 1]));
const text = `# Calculated against listed amplitudes

Atoms as they are listed, and a flat bulk solvent; scale and anisotropic displacement are fitted to all amplitudes by least squares, density and
B of the solvent to the reflections beyond 4 Å. The edge of the solvent is placed by the conventions of two programs (cctbx: probe 1.11 Å, shrunk
by 0.9 Å; gemmi: Bondi's radii, 1 Å, 1.1 Å) and, where neither explains the amplitudes to 1 %, by a search of both radii in steps of 0.1 Å, without
cavities up to 50 Å³; the one that explains them best is taken. Nothing else is refined. Intensities became amplitudes by French and Wilson. Written by
\`npx tsx scripts/structure-report.ts COORDINATES REFLECTIONS ...\`.

${sections.join("\n")}`;
const path = fileURLToPath(new URL("../reports/structure-factors.md", import.meta.url));
await writeFileAtomically(path, new TextEncoder().encode(text));
console.log(text);
