import { readTextFile } from "../io/files.js";
import { InputError } from "../ndarray/errors.js";
import { fromFolder } from "./input-files.js";

/**
 * A command line in which the words of a file stand in place of its name behind an @. The words are parted by white space; those
 * that hold some stand between double quotes; what follows # in a line is a remark.
 * @throws InputError when a file cannot be read, or a quotation mark is alone
 */
export async function withArgumentFiles(argv: readonly string[], cwd: string): Promise<string[]> {
  const words = await Promise.all(
    argv.map(async (word) => (/^@./.test(word) ? wordsIn(await readTextFile(fromFolder(cwd, word.slice(1))), word.slice(1)) : [word])),
  );
  return words.flat();
}

function wordsIn(text: string, name: string): string[] {
  return text.split("\n").flatMap((line, i) => {
    const words: string[] = [];
    for (const [found, quoted] of line.matchAll(/"([^"]*)"|[^\s"]+|"/g)) {
      if (found === '"') throw new InputError(`${name}, line ${i + 1}: a quotation mark has no other end`);
      if (quoted === undefined && found.startsWith("#")) break;
      words.push(quoted ?? found);
    }
    return words;
  });
}

/** A word as it stands in such a file. */
export function quotedArgument(word: string): string {
  return /[\s#]/.test(word) || word === "" ? `"${word}"` : word;
}
