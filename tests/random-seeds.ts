/**
 * Runs the property tests from random seeds: `npm run test:random -- [ROUNDS] [part of a path ...]`, 100 rounds unless told otherwise.
 * What fails prints its seed; `BRAGGTAPE_SEED=SEED npm test -- part` draws the same again.
 */
import { hasProperties, runFiles, testFiles } from "./runner.js";

const [first = "", ...rest] = process.argv.slice(2);
const isCount = /^\d+$/.test(first);
const rounds = isCount ? Number(first) : 100;
const parts = isCount || first === "" ? rest : [first, ...rest];
const seed = Math.floor(Math.random() * 2 ** 30);
const { passed, failed } = await runFiles(testFiles(parts).filter(hasProperties), { seed, rounds });
process.stdout.write(`seeds ${seed} to ${seed + rounds - 1}\n${passed} passed, ${failed} failed\n`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
