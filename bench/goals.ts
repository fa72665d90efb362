/** What was wanted of the figures, and whether they are reached. */
import { digits } from "./markdown.js";

interface Goal {
  readonly what: string;
  /** the same in the C program, gcc -O3 on the same kind of machine */
  readonly reference?: string;
  readonly must: number;
  readonly aim: number;
  /** more is better */
  readonly isLeast?: boolean;
}

export const goals = {
  mosaicImage: { what: "image, 1024², 10 mosaic domains, nearest, float64, ns a (pixel, step)", reference: "125", must: 60, aim: 30 },
  stillImage: { what: "image, 1024², 1 step, nearest, float64, ns a pixel", reference: "190", must: 100, aim: 50 },
  lookup64: { what: "tricubic lookup, neighbouring queries, float64, ns", reference: "105", must: 60, aim: 42 },
  lookup32: { what: "tricubic lookup, neighbouring queries, float32, ns", reference: "105", must: 50, aim: 36 },
  slopes64: { what: "tricubic with gradients in h, k, l, float64, ns", must: 110, aim: 76 },
  slopes32: { what: "tricubic with gradients in h, k, l, float32, ns", must: 80, aim: 54 },
  gradient: { what: "image with gradient in 20 parameters, times the image alone", must: 4, aim: 2.5 },
  twoCores: { what: "speed-up on 2 cores", must: 1.8, aim: 1.95, isLeast: true },
  fourCores: { what: "speed-up on 4 cores", must: 3.2, aim: 3.8, isLeast: true },
  memory: { what: "memory beyond the image and the grid, 2048², 100 steps, with gradient, MB", must: 64, aim: 16 },
  firstImage: { what: "first call of an image (record, generate, compile), ms", must: 300, aim: 50 },
  firstGradient: { what: "first call of a gradient in 20 parameters, ms", must: 300, aim: 50 },
} satisfies Record<string, Goal>;

export type GoalName = keyof typeof goals;

/** A figure that a goal was set for. */
export interface Reached {
  readonly goal: GoalName;
  readonly figure: number;
}

/** Of every goal, what was wanted and what was measured, under these heads. */
export const goalHeads = ["what", "C program", "must", "aim", "measured", ""] as const;

export function goalLines(figures: readonly Reached[]): string[][] {
  const names = Object.keys(goals).filter((name): name is GoalName => name in goals);
  return names.map((name) => {
    const { what, reference = "none", must, aim, isLeast = false }: Goal = goals[name];
    const figure = figures.find(({ goal }) => goal === name)?.figure;
    const reaches = (wanted: number): boolean => figure !== undefined && (isLeast ? figure >= wanted : figure <= wanted);
    const verdict = reaches(aim) ? "aim reached" : reaches(must) ? "must reached" : "not reached";
    const measured = figure === undefined ? ["", "not measured"] : [digits(figure), verdict];
    return [what, reference, String(must), String(aim), ...measured];
  });
}
