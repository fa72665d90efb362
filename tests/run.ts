/** Runs the test files whose paths contain one of the arguments, or all of them, and ends with the line `N passed, N failed`. */
import { runFiles, testFiles } from "./runner.js";

const { passed, failed } = await runFiles(testFiles(process.argv.slice(2)));
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
