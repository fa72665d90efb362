export * from "./ndarray/dtype.js";
export * from "./ndarray/errors.js";
export * from "./ndarray/shape.js";
export * from "./ndarray/ndarray.js";
export * as views from "./ndarray/views.js";

export * as ops from "./autodiff/operations.js";
export * from "./autodiff/tape.js";
export * from "./autodiff/differentiate.js";
export * from "./autodiff/check-gradients.js";
export { prepare, type Executor } from "./autodiff/executor.js";
export type { Run } from "./autodiff/interpreter.js";
export type { Grid } from "./autodiff/primitives/lookup.js";
export type { Arrays, Leaf } from "./autodiff/tree.js";

export * as physics from "./physics/formulas.js";
export type { Background } from "./models/background.js";
export * from "./models/beam.js";
export * from "./models/crystal.js";
export * from "./models/detector.js";
export * from "./models/experiment.js";
export { Ran1, type MosaicDomain } from "./models/ran1.js";
export * from "./models/structure-factors.js";

export * from "./simulate/simulate.js";
export * from "./simulate/image-model.js";
export type { Semantics } from "./simulate/image.js";
export type { Parameters, Quantities } from "./simulate/parameters.js";
export type { PixelSelection } from "./simulate/pixels.js";
export type { EveryStep } from "./simulate/reference-sum.js";
export { WorkerPool } from "./simulate/parallel/pool.js";
export { webWorkers } from "./simulate/parallel/web.js";
export * from "./simulate/noise.js";
export * from "./simulate/statistics.js";
export * from "./simulate/intensity-scale.js";

export * from "./optim/descent.js";
export * from "./optim/lbfgs.js";
export * from "./optim/levenberg-marquardt.js";
export * from "./optim/stop.js";
export type { Bounds } from "./optim/bounds.js";
export { cholesky, invertCholesky, solveCholesky, type Matrix } from "./optim/linear-algebra.js";
export * from "./optim/objective.js";
export * from "./optim/transformation.js";

export * from "./io/hkl.js";
export * from "./io/fdump.js";
export * from "./io/float-image.js";
export * from "./io/mask.js";
export * from "./io/mosflm-matrix.js";
export * from "./io/mtz.js";
export * from "./io/pgm.js";
export * from "./io/png.js";
export * from "./io/smv.js";
export * from "./io/source-list.js";
export type { SymmetryOperator } from "./io/symmetry.js";

export * from "./refine/catalogue.js";
export * from "./refine/crystal-system.js";
export { residualInSigmas } from "./refine/goodness.js";
export { Likelihood, type Restraint } from "./refine/likelihood.js";
export * from "./refine/loss.js";
export * from "./refine/multi-start.js";
export { experimentAt, type Parameter, type Role } from "./refine/parameter.js";
export type { Carrier, CatalogueOptions, OptionWords, RefinableRecord } from "./refine/refinables/record.js";
export * from "./refine/refine.js";
export { usablePixels, type BeamStop, type PixelRules, type Still, type UsablePixels } from "./refine/still.js";
export { uncertainty, type Uncertainty } from "./refine/uncertainty.js";
