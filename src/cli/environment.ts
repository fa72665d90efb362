/** What a command sees of the world besides files: everything that a test wants to hold in its hand. */
export interface Environment {
  /** folder that relative file names start from */
  readonly cwd: string;
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
  /** whether stderr is a terminal, on which a progress bar can be redrawn */
  readonly isTerminal: boolean;
  /** seconds since 1970, which seed the noise where no seed is given */
  readonly seconds: () => number;
}
