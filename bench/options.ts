/** The options of `npm run bench`. */
import { executors, type Executor } from "../src/autodiff/executor.js";
import type { FloatDType } from "../src/ndarray/dtype.js";

export const modes = ["time", "compare"] as const;
export type Mode = (typeof modes)[number];

/** What a run of the benchmarks is asked for; undefined leaves it to the subject. */
export interface Options {
  /** parts of the names of subjects; all of them where there is none */
  readonly subjects: readonly string[];
  /** pixels along each edge of an image, or lookups in a batch */
  readonly sizes?: readonly number[];
  /** runs of each measurement */
  readonly repeats?: number;
  readonly dtypes?: readonly FloatDType[];
  readonly executors?: readonly Executor[];
  /** times alone, or what an image takes by one executor and dtype against another, run in turn */
  readonly mode: Mode;
  /** folder for bench.md and bench.json */
  readonly outdir?: string;
}

/** Options that a subject can take. */
export type OptionName = "sizes" | "dtypes" | "executors";

export const usage = `npm run bench -- [SUBJECT ...] [--sizes N ...] [--repeats N] [--dtype float64|float32] [--executor ${executors.join("|")}]
  [--mode ${modes.join("|")}] [--outdir FOLDER]

  SUBJECT     part of the name of a file in bench/; all of them unless given
  --sizes     pixels along each edge of an image, or lookups in a batch
  --repeats   runs of each measurement
  --mode      time: how long each thing takes; compare: images by every executor and dtype, run in turn
  --outdir    writes bench.md and bench.json there

A subject that does not take one of the options is left out, and named.
`;

/**
 * Reads the words behind `npm run bench --`.
 * @throws Error in one sentence, where a word is none that can stand there
 */
export function parseOptions(words: readonly string[]): Options {
  const subjects: string[] = [];
  const found: { sizes?: number[]; repeats?: number; dtypes?: FloatDType[]; executors?: Executor[]; mode: Mode; outdir?: string } = { mode: "time" };
  const behind = (at: number): string[] => {
    const end = words.findIndex((word, i) => i > at && word.startsWith("--"));
    return words.slice(at + 1, end < 0 ? undefined : end);
  };
  for (let at = 0; at < words.length; at++) {
    const [word, ...values] = [words[at], ...behind(at)];
    if (!word.startsWith("--")) {
      subjects.push(word);
      continue;
    }
    switch (word) {
      case "--sizes":
        found.sizes = takeWhole(word, values);
        at += values.length;
        break;
      case "--repeats":
        [found.repeats] = takeWhole(word, values.slice(0, 1));
        at++;
        break;
      case "--dtype":
        found.dtypes = [oneOf(word, values.at(0), ["float64", "float32"])];
        at++;
        break;
      case "--executor":
        found.executors = [oneOf(word, values.at(0), executors)];
        at++;
        break;
      case "--mode":
        found.mode = oneOf(word, values.at(0), modes);
        at++;
        break;
      case "--outdir":
        if (values.length === 0) throw new Error("--outdir needs the name of a folder behind it");
        found.outdir = values[0];
        at++;
        break;
      default:
        throw new Error(`${word} is not an option\n\n${usage}`);
    }
  }
  return { subjects, ...found };
}

function takeWhole(option: string, words: readonly string[]): number[] {
  const numbers = words.map(Number);
  const wrong = words.find((_, i) => !(Number.isSafeInteger(numbers[i]) && numbers[i] >= 1));
  if (words.length === 0 || wrong !== undefined) throw new Error(`${option} needs whole numbers of at least 1 behind it, not ${wrong ?? "nothing"}`);
  return numbers;
}

function oneOf<Word extends string>(option: string, word: string | undefined, choices: readonly Word[]): Word {
  const found = choices.find((choice) => choice === word);
  if (found === undefined) throw new Error(`${option} is ${word ?? "given nothing"}; it can be ${choices.join(" or ")}`);
  return found;
}
