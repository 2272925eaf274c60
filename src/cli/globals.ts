/** Options that every command takes, before or after its name. */
export interface GlobalOptions {
  readonly json: boolean;
  readonly board: string | null;
  readonly port: string | null;
  readonly seed: number | null;
  readonly yes: boolean;
  /** The project folder as typed; null: the nearest one at or above the working directory. */
  readonly project: string | null;
  /** False with --no-deps. */
  readonly deps: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
}
