import { namesOf, type Flag, type FlagTable } from "./parse-flags.js";

const column = 34;
const lineLength = 110;

/** The options of a table, group by group, with their units and what holds where they are not given. */
export function describeFlags<Name extends string>(table: FlagTable<Name>): string {
  const groups = new Map<string, string[]>();
  for (const name of namesOf(table)) {
    const flag = table[name];
    const lines = groups.get(flag.group) ?? [];
    lines.push(describeFlag(name, flag));
    groups.set(flag.group, lines);
  }
  return [...groups].map(([group, lines]) => `${group}\n${lines.join("")}`).join("\n");
}

function describeFlag(name: string, flag: Flag): string {
  const { values = [], word, choices, fewest = values.length, unit, help, aliases = [], preset } = flag;
  const shown = choices ? [choices.join("|")] : values.map((value, i) => (i < fewest ? value : `[${value}]`));
  const head = `  -${name} ${shown.join(" ")}${word === undefined ? "" : ` | ${word}`}`.trimEnd();
  const also = aliases.length === 0 ? "" : `; also ${aliases.map((alias) => `-${alias}`).join(" ")}`;
  const inUnit = unit === undefined ? "" : ` (${unit})`;
  const text = wrap(`${help}${inUnit}${preset === undefined ? "" : ` [${preset}]`}${also}`, lineLength - column);
  const first = head.length < column ? `${head.padEnd(column)}${text[0]}` : `${head}\n${" ".repeat(column)}${text[0]}`;
  return [first, ...text.slice(1).map((line) => " ".repeat(column) + line)].join("\n") + "\n";
}

function wrap(text: string, length: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > length) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
