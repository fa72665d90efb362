/** What a shell is told of refinements, besides 0 for done and 2 for refused. */
export const exitCodes = {
  /** a refinement ended without having converged */
  notConverged: 3,
  /** images of a list could not be refined; the others were */
  failed: 4,
  /** images of a list were not begun, or not ended */
  unfinished: 5,
  /** interrupted; the best so far is written */
  interrupted: 130,
} as const;

export const exitCodesHelp = `Exit codes: 0 everything was refined and has converged; 2 refused, and nothing written; 3 not converged (steps or time were used up); 4 some
images of a list could not be refined (each folder's refinement.json says why); 5 some images of a list were not begun; 130 interrupted.
`;

/** How refinements ended, counted. */
export interface Outcomes {
  /** ended without having converged */
  readonly notConverged: number;
  /** could not be refined */
  readonly failed: number;
  /** not begun, or not ended */
  readonly unfinished: number;
  /** whether somebody ended them before their time */
  readonly isInterrupted?: boolean;
}

/** The exit code of several refinements: what is most urgent to look at. */
export function exitCodeOf({ notConverged, failed, unfinished, isInterrupted = false }: Outcomes): number {
  if (unfinished > 0) return exitCodes.unfinished;
  if (isInterrupted) return exitCodes.interrupted;
  if (failed > 0) return exitCodes.failed;
  return notConverged > 0 ? exitCodes.notConverged : 0;
}
