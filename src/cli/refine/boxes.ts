import { readModelImage } from "../source.js";
import { askedParameters } from "../../refine/asked-parameters.js";
import { bounded, askedOf } from "./parameters-from-flags.js";
import { refineRequest, type RefineRequest } from "./request.js";
import { scatterWarning } from "../../refine/boxes/background-scatter.js";
import { refineCrystals, type BoxRefinement } from "../../refine/boxes/refined-crystals.js";
import type { BoxOptions, BoxStill } from "../../refine/boxes/options.js";
import type { Experiment } from "../../models/experiment.js";
import { readyStills } from "../../refine/still.js";
import { Given } from "../parse-flags.js";
import type { RefineFlag } from "./flags.js";
import type { BoxRequest } from "./boxes-request.js";
import { freedomsOf } from "./freedoms.js";
import { withStatedWidths, type StatedCrystal } from "./stated-widths.js";
import { statedSymmetry, type StatedSymmetry } from "./stated-symmetry.js";

/** A refinement on boxes, and what it began with. */
export interface BoxRun {
  readonly request: RefineRequest;
  readonly refinement: BoxRefinement;
  /** in whose space groups intensities are written, of each crystal */
  readonly symmetries: readonly StatedSymmetry[];
}

/**
 * Refines one image on boxes: all crystals of a model file, or the one that -crystal chooses.
 * @param options what the refinement is to tell of its steps
 * @throws InputError that names the option
 */
export async function refineOnBoxes(asked: BoxRequest, image: string, cwd: string, seconds: number, options: Pick<BoxOptions, "onStep" | "signal">): Promise<BoxRun> {
  const { isFree, isSpreadRefined, blocks, backgroundTerms, warnings } = asked;
  const requests: RefineRequest[] = [];
  const told = new Set<string>(warnings);
  const starts = (await crystalsOf(asked.given, cwd)).map(({ given, stated }) => withStatedWidths(given, stated, isSpreadRefined));
  for (const [i, start] of starts.entries()) {
    requests.push(await refineRequest(start.given, [image], cwd, seconds));
    for (const warning of start.warnings) told.add(starts.length > 1 ? `crystal ${i + 1}: ${warning}` : warning);
  }
  for (const warning of requests.flatMap((request) => request.warnings)) told.add(warning);
  const stills = requests.map(({ stills: [still] }): BoxStill => {
    const [{ experiment, counts, mask }] = readyStills([still], told, 0);
    return { experiment, counts, mask };
  });
  const [first, ...others] = stills;
  const [{ given }] = starts;
  const names = askedOf(given);
  const maxSteps = given.number("steps");
  const maxSeconds = given.number("seconds");
  const dminA = given.number("dmin");
  const refinement = await refineCrystals([first, ...others], {
    ...options,
    parametersOf: (experiment) => bounded(askedParameters(names, [{ experiment }]), given),
    ...(isSpreadRefined && { freedoms: freedomsOf(given) }),
    ...(!isFree && { squareOf: squaresOf(first.experiment) }),
    ...(blocks !== undefined && { blocks }),
    backgroundTerms,
    restraints: requests[0].options.restraints ?? [],
    ...(dminA !== undefined && { dminA }),
    ...(maxSteps !== undefined && { maxSteps }),
    ...(maxSeconds !== undefined && { maxSeconds }),
  });
  const [request] = requests;
  const refinedStills = [{ ...request.stills[0], experiment: refinement.crystals[0].experiment }];
  const symmetries = refinement.crystals.map(({ experiment }, i) => statedSymmetry(experiment, requests[i].spaceGroup));
  const hints = [...scaleHints(refinement), ...new Set(symmetries.flatMap(({ warning }) => warning ?? []))];
  return { request: { ...request, stills: refinedStills, parameters: [], warnings: [...told] }, refinement: { ...refinement, warnings: [...refinement.warnings, ...hints] }, symmetries };
}

/** Options for counts that are no photons. */
function scaleHints({ scatter }: BoxRefinement): string[] {
  if (scatter === undefined || scatterWarning(scatter) === undefined) return [];
  return [scatter.fano > 1 ? `-gain states the counts of a photon: about ${scatter.fano.toFixed(2)} times what they are taken to be now` : "-adc takes an offset off the counts, and -gain states the counts of a photon"];
}

/** |F|² of a reflection where the experiment's structure factors know it. */
export function squaresOf({ structureFactors }: Experiment): NonNullable<BoxOptions["squareOf"]> {
  if (typeof structureFactors === "number") return () => structureFactors ** 2;
  const { grid, min } = structureFactors;
  return (hkl) => {
    const [h, k, l] = hkl.map((index, axis) => index - min[axis]);
    const isInside = [h, k, l].every((index, axis) => index >= 0 && index < grid.shape[axis]);
    const f = isInside ? grid.get(h, k, l) : 0;
    // What the file does not list stands in the grid as the default, which is 0.
    return f === structureFactors.defaultF ? undefined : f * f;
  };
}

interface AskedCrystal {
  readonly given: Given<RefineFlag>;
  readonly stated: StatedCrystal | undefined;
}

/** The crystals that are refined, each with options that choose it: those of the model file, or one that options state. */
async function crystalsOf(given: Given<RefineFlag>, cwd: string): Promise<AskedCrystal[]> {
  const model = given.word("geometry");
  const described = model === undefined || given.has("cell", "mat") ? undefined : await readModelImage(cwd, model);
  const { crystals, source } = described?.record ?? { crystals: [], source: "" };
  const chosen = given.number("crystal");
  if (chosen !== undefined || crystals.length < 2) {
    const crystal = crystals[(chosen ?? 1) - 1];
    return [{ given, stated: crystal && { crystal, source } }];
  }
  return crystals.map((crystal, i) => ({ given: withCrystal(given, i + 1), stated: { crystal, source } }));
}

function withCrystal(given: Given<RefineFlag>, crystal: number): Given<RefineFlag> {
  return new Given([...given.occurrences, { name: "crystal", spelling: "-crystal", words: [String(crystal)], numbers: [crystal], place: given.occurrences.length }], given.operands, given.warnings);
}

