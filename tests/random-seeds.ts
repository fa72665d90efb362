/**
 * Runs the property tests again and again, each time from another seed: `tsx tests/random-seeds.ts [rounds] [part of a path ...]`,
 * until it is stopped where no number of rounds is given. A seed that fails is printed; `BRAGGTAPE_SEED=seed npm test` draws the same again.
 */
import { hasProperties, runFiles, testFiles } from "./runner.js";

const [first, ...rest] = process.argv.slice(2);
const isCount = /^\d+$/.test(first ?? "");
const rounds = isCount ? Number(first) : Infinity;
const parts = isCount || first === undefined ? rest : [first, ...rest];
const files = testFiles(parts).filter(hasProperties);
const failures: number[] = [];
for (let round = 1; round <= rounds; round++) {
  const seed = Math.floor(Math.random() * 2 ** 31);
  const { passed, failed } = await runFiles(files, seed);
  if (failed > 0) failures.push(seed);
  process.stdout.write(`round ${round}, seed ${seed}: ${passed} passed, ${failed} failed\n`);
}
process.stdout.write(`${rounds} rounds, ${failures.length} failed${failures.length > 0 ? `, with the seeds ${failures.join(", ")}` : ""}\n`);
process.exitCode = failures.length > 0 || files.length === 0 ? 1 : 0;
