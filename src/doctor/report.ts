/** `ok`: there and usable. `warn`: something is missing that part of the tool needs. `fail`: nothing works without it. */
export type CheckStatus = 'ok' | 'warn' | 'fail';

export interface DoctorCheck {
  /** Stable name, such as `node` or `board mps2-an386`. */
  readonly name: string;
  readonly status: CheckStatus;
  /** What was found: a version, a path, a count. */
  readonly found: string;
  /** What to do, with the exact command; null when all is well. */
  readonly remedy: string | null;
}

export interface SerialPortFound {
  readonly path: string;
  /** The stable name under /dev/serial/by-id, null where there is none. */
  readonly byId: string | null;
  readonly accessible: boolean;
}

export interface DoctorReport {
  readonly schemaVersion: 1;
  readonly checks: readonly DoctorCheck[];
  readonly ports: readonly SerialPortFound[];
  /** Boards whose compiler and emulator are there. */
  readonly usableBoards: readonly string[];
  /** No check failed. */
  readonly ok: boolean;
}
