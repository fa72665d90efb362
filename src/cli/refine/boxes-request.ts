import { InputError } from "../../ndarray/errors.js";
import { Given, type Occurrence } from "../parse-flags.js";
import type { RefineFlag } from "./flags.js";

/** What a refinement on boxes is asked, besides what any other is. */
export interface BoxRequest {
  /** the options with what boxes need: spots in closed form, and what is refined */
  readonly given: Given<RefineFlag>;
  /** whether nothing says what is refined, so that a mosaicity is refined, too */
  readonly isSpreadRefined: boolean;
  readonly isFree: boolean;
  readonly blocks: number | "auto" | undefined;
  readonly backgroundTerms: 1 | 3;
  /** sentences on what was assumed */
  readonly warnings: readonly string[];
}

/** Options that say something of a whole image, or of spots that are sampled. */
const ofWholeImages: readonly RefineFlag[] = [
  "coarse", "starts", "within", "together", "read_noise", "water", "background", "oversample", "interpolate", "mosaic_domains", "mosaic_seed", "draws", "curved_det",
  "hdivrange", "vdivrange", "divergence", "dispersion", "sourcefile", "skip", "roi",
];
const ofAmplitudes: readonly RefineFlag[] = ["hkl", "mtz", "dump", "default_F"];
const freeNames = "misset,cell,distance,beam_center,eta,domain";

/**
 * Whether a refinement is one on boxes: where that is asked for, and of a model file of another program's unless it is asked for otherwise.
 * @param isModel whether the operand was a model file
 */
export function usesBoxes(given: Given<RefineFlag>, isModel: boolean): boolean {
  const pixels = given.word("pixels");
  if (pixels === "all" && given.has("intensities")) throw new InputError("--intensities says what is done in boxes, and --pixels all leaves boxes out; leave one of the two out");
  if (pixels !== undefined) return pixels === "boxes";
  return given.has("intensities") || (isModel && given.word("spots") !== "sampled");
}

/**
 * What a command line asks of boxes.
 * @throws InputError that names an option that boxes have not
 */
export function boxRequest(given: Given<RefineFlag>): BoxRequest {
  const other = given.last(...ofWholeImages);
  if (other) throw new InputError(`${other.spelling} does not go with boxes around reflections; leave it out, or refine against all pixels with --pixels all`);
  if (given.word("spots") === "sampled") throw new InputError("-spots sampled does not go with boxes around reflections, whose spots are in closed form; take --pixels all with it");
  const loss = given.word("loss");
  if (loss !== undefined && loss !== "poisson") throw new InputError(`--loss ${loss} does not go with boxes, in which intensities are fitted by Poisson's likelihood; take --pixels all with it`);
  const terms = given.number("background_terms") ?? 1;
  if (terms !== 1 && terms !== 3) throw new InputError(`--background_terms is ${terms}; the background in a box is a constant (1) or a plane (3)`);
  const warnings: string[] = [];
  const hasAmplitudes = given.has(...ofAmplitudes);
  const word = given.word("intensities");
  if (word === "known" && !hasAmplitudes) throw new InputError("--intensities known needs a file of them: -mtz FILE or -hkl FILE");
  const isFree = word === "free" || !hasAmplitudes;
  if (word === undefined && isFree) warnings.push("no file of intensities is given, so each reflection's intensity is fitted in its box (--intensities free)");
  const names = given.word("refine") ?? (isFree ? freeNames : `${freeNames},scale,bfactor`);
  const idle = isFree ? names.split(",").find((name) => name === "scale" || name.startsWith("bfactor") || name.startsWith("b_factor")) : undefined;
  if (idle !== undefined) throw new InputError(`--refine: ${idle} multiplies the intensities, which are free; refine it with known ones (-mtz FILE)`);
  const own = ["spots", "refine", "intensities", "pixels", "blocks", "background_terms"];
  const added = (name: RefineFlag, ...words: readonly (string | number)[]): Occurrence<RefineFlag> => ({ name, spelling: `-${name}`, words: words.map(String), numbers: words.map(Number), place: given.occurrences.length });
  return {
    given: new Given(
      [
        ...given.occurrences.filter(({ name }) => !own.includes(name)),
        added("spots", "closed"),
        added("refine", names),
        ...(hasAmplitudes ? [] : [added("default_F", 1)]),
      ],
      given.operands,
      given.warnings,
    ),
    isFree,
    isSpreadRefined: !given.has("refine"),
    blocks: blocksOf(given.word("blocks")),
    backgroundTerms: terms,
    warnings,
  };
}

function blocksOf(word: string | undefined): number | "auto" | undefined {
  if (word === undefined || word === "auto") return word;
  const count = Number(word);
  if (!Number.isInteger(count) || count < 1) throw new InputError(`--blocks is ${word}; it must be a whole number of at least 1, or auto`);
  return count;
}
