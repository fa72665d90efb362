import { formatFloatImage } from "../../io/float-image.js";
import type { OutputFile } from "../../io/files.js";
import { formatUnmergedMtz } from "../../io/mtz-write.js";
import { formatReflectionTable, type ReflectionColumn } from "../../io/reflection-table.js";
import { array, full, type NdArray } from "../../ndarray/ndarray.js";
import type { BoxCrystal, BoxRefinement } from "../../refine/boxes/refined-crystals.js";
import { relativeErrorAt } from "../../refine/boxes/partiality-error.js";
import { isKeptAside } from "../../refine/boxes/test-set.js";
import { version } from "../version.js";
import type { StatedSymmetry } from "./stated-symmetry.js";

/**
 * What a refinement on boxes writes besides what every refinement does: the model image, and of each crystal its intensities.
 * @param symmetries of the crystals
 */
export function boxFiles({ images: [image], masks: [mask], crystals }: BoxRefinement, symmetries: readonly StatedSymmetry[], folder: string): OutputFile[] {
  const suffix = (crystal: number): string => (crystals.length > 1 ? `-${crystal + 1}` : "");
  return [
    { path: `${folder}/model.bin`, bytes: formatFloatImage(outsideUnknown(image, mask)) },
    { path: `${folder}/intensities.refl`, bytes: tableOf(crystals) },
    ...crystals.map((crystal, i) => ({ path: `${folder}/intensities${suffix(i)}.mtz`, bytes: unmerged(crystal, symmetries[i]) })),
  ];
}

/** The model image, or those of all panels one behind another, NaN where there is no box. */
function outsideUnknown(image: NdArray, mask: NdArray): NdArray {
  const model = full(image.shape, NaN, "float32");
  for (let i = 0; i < model.size; i++) if (mask.data[i] !== 0) model.data[i] = image.data[i];
  return model;
}

/** Number of the only batch of an image. */
const batch = 1;

function unmerged({ experiment, fitted: integration, partialityErrors }: BoxCrystal, { group, cell }: StatedSymmetry): Uint8Array {
  const rows = integration.reflections.filter(({ sigma, perSquare }) => sigma < Infinity && perSquare > 0);
  const { scan } = experiment.crystal;
  const turn = scan ? scan.stepDeg * scan.steps : 0;
  // In photons of a reflection that stands on the sphere of reflection: of |F|², the numbers would be of any size.
  const unit = unitOf(rows);
  return formatUnmergedMtz({
    title: `profile-fitted intensities, braggtape ${version()}`,
    cell,
    ...(group && { symmetry: group }),
    wavelengthA: experiment.beam.wavelengthA,
    batch,
    phiDeg: [-turn / 2, turn / 2],
    columns: [
      { label: "I", type: "J" }, { label: "SIGI", type: "Q" }, { label: "IPR", type: "J" }, { label: "SIGIPR", type: "Q" }, { label: "FRACTIONCALC", type: "R" }, { label: "BG", type: "R" },
      { label: "XDET", type: "R" }, { label: "YDET", type: "R" }, { label: "FLAG", type: "I" }, ...(experiment.panels ? [{ label: "PANEL", type: "I" } as const] : []),
    ],
    hkl: array(rows.map(({ box }) => [...box.reflection.hkl])),
    values: array(rows.map(({ square, sigma, photons, photonsSigma, background, modelled, box }) => [
      square * unit, Math.hypot(sigma, relativeErrorAt(box.reflection.partiality, partialityErrors) * square) * unit, photons, photonsSigma, box.reflection.partiality, background, modelled.fast, modelled.slow, isKeptAside(box.reflection.hkl) ? 1 : 0, ...(experiment.panels ? [box.reflection.panel] : []),
    ])),
  });
}

/** Photons of |F|² = 1 of the reflections that stand nearest to the sphere of reflection: the median of the most fully recorded ones. */
function unitOf(rows: BoxCrystal["integration"]["reflections"]): number {
  const near = rows.filter(({ box }) => Math.abs(box.reflection.deviations) < 0.5);
  const ordered = (near.length > 0 ? near : rows).map(({ perSquare }) => perSquare).sort((one, other) => one - other);
  return ordered[ordered.length >> 1] ?? 1;
}

/** Flags of DIALS: predicted, observed, indexed, used in refinement, integrated by profile. */
const flags = { predicted: 1, indexed: 4, usedInRefinement: 8, integratedByProfile: 512 };

function tableOf(crystals: readonly BoxCrystal[]): Uint8Array {
  const rows = crystals.flatMap(({ fitted: integration, selection }, id) => {
    const used = new Set(selection.boxes.boxes.map(({ reflection }) => reflection.hkl.join()));
    return integration.reflections.filter(({ photonsSigma }) => photonsSigma < Infinity).map((reflection) => ({ id, isUsed: used.has(reflection.box.reflection.hkl.join()), ...reflection }));
  });
  const column = (type: ReflectionColumn["type"], of: (row: (typeof rows)[number]) => readonly number[]): ReflectionColumn => ({ type, values: rows.flatMap((row) => [...of(row)]) });
  const columns = new Map<string, ReflectionColumn>([
    ["miller_index", column("cctbx::miller::index<>", ({ box }) => box.reflection.hkl)],
    ["id", column("int", ({ id }) => [id])],
    ["panel", column("std::size_t", ({ box }) => [box.reflection.panel])],
    ["bbox", column("int6", ({ box: { fastMin, fastEnd, slowMin, slowEnd } }) => [fastMin, fastEnd, slowMin, slowEnd, 0, 1])],
    ["xyzcal.px", column("vec3<double>", ({ modelled }) => [modelled.fast, modelled.slow, 0])],
    ["xyzobs.px.value", column("vec3<double>", ({ observed, modelled }) => [(observed ?? modelled).fast, (observed ?? modelled).slow, 0])],
    ["intensity.prf.value", column("double", ({ photons }) => [photons])],
    ["intensity.prf.variance", column("double", ({ photonsSigma }) => [photonsSigma ** 2])],
    ["background.mean", column("double", ({ background }) => [background])],
    ["partiality", column("double", ({ box }) => [box.reflection.partiality])],
    ["d", column("double", ({ box }) => [box.reflection.resolution])],
    ["flags", column("std::size_t", ({ isUsed, box }) => [
      flags.predicted + flags.indexed + flags.integratedByProfile + (isUsed && !isKeptAside(box.reflection.hkl) ? flags.usedInRefinement : 0),
    ])],
  ]);
  return formatReflectionTable({ rows: rows.length, columns, identifiers: new Map(crystals.map((_, id) => [id, `crystal-${id + 1}`])) });
}
