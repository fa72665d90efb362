import { known, type Quantity } from "../../autodiff/tape.js";
import { formatDials } from "../../io/geometry/dials-write.js";
import { parseDials } from "../../io/geometry/dials.js";
import { parseModelFile } from "../../io/geometry/model-file.js";
import type { CrystalRecord, ExperimentRecord } from "../../io/geometry/record.js";
import { imageCount, turnAt } from "../../io/geometry/setting.js";
import { transform, transposed, type Vector3 } from "../../io/geometry/vector.js";
import { formatXparm } from "../../io/geometry/xds.js";
import { orientedLattice } from "../../models/crystal.js";
import { detectorFrame } from "../../models/detector.js";
import type { Experiment } from "../../models/experiment.js";
import type { Vector } from "../../physics/vector.js";
import { readModelText } from "../source.js";
import { frameNameOf } from "../../io/image-file.js";

/** A file of another program's that holds the refined models. */
export interface RefinedModel {
  /** the name that the other program gives it */
  readonly name: string;
  readonly content: string;
}

/**
 * The model file that a refinement began with, with the refined models in it: of DIALS the same file with other numbers, of XDS a new
 * XPARM.XDS.
 * @param name of the model file, with "#n" behind it for the image n
 * @param crystal number of the refined one, from 0
 * @returns undefined where the file is not of these kinds
 */
export async function refinedModel(cwd: string, name: string, crystal: number | undefined, experiment: Experiment<Quantity>): Promise<RefinedModel | undefined> {
  const { file, frame } = frameNameOf(name);
  const text = await readModelText(cwd, file);
  if (text === undefined) return undefined;
  if (text.trimStart().startsWith("{")) {
    let image = (frame ?? 1) - 1;
    for (const models of parseDials(text, file)) {
      const count = imageCount(models.record);
      if (image < count) return { name: "refined.expt", content: formatDials(text, models, refinedRecord(models.record, image, crystal, experiment), image) };
      image -= count;
    }
    return undefined;
  }
  const { record, image } = parseModelFile(text, file).image(frame ?? 1);
  if (!record.kind.startsWith("XDS")) return undefined;
  const refined = refinedRecord(record, image, crystal, experiment);
  const back = transposed(turnAt(record, image));
  const resting = (of: CrystalRecord): CrystalRecord => ({ ...of, a: transform(back, of.a), b: transform(back, of.b), c: transform(back, of.c) });
  return { name: "XPARM.XDS", content: formatXparm({ ...refined, crystals: refined.crystals.map(resting) }) };
}

/** A record with the refined numbers, its crystals in the laboratory at the middle of the image. */
function refinedRecord(record: ExperimentRecord, image: number, crystal: number | undefined, experiment: Experiment<Quantity>): ExperimentRecord {
  const { fast, slow, origin } = detectorFrame(experiment.detector);
  const vector = ([x, y, z]: Vector, factor = 1): Vector3 => [known(x) * factor, known(y) * factor, known(z) * factor];
  const { direct } = orientedLattice(experiment.crystal);
  const turn = turnAt(record, image);
  const turned = ({ a, b, c, ...rest }: CrystalRecord): CrystalRecord => ({ ...rest, a: transform(turn, a), b: transform(turn, b), c: transform(turn, c) });
  return {
    ...record,
    beam: { ...record.beam, wavelengthA: known(experiment.beam.wavelengthA) },
    panels: record.panels.map((panel, i) => (i === 0 ? { ...panel, originMm: vector(origin, 1000), fast: vector(fast), slow: vector(slow) } : panel)),
    crystals: record.crystals.map((of, i) => (i === crystal ? { ...of, a: vector(direct.a), b: vector(direct.b), c: vector(direct.c) } : turned(of))),
  };
}
