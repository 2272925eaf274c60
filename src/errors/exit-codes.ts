/** Process exit codes: a published contract (docs/cli.md). */
export const EXIT = {
  ok: 0,
  unexpected: 1,
  usage: 2,
  config: 3,
  noDevice: 4,
  permission: 5,
  portBusy: 6,
  protocol: 7,
  toolchain: 8,
  flash: 9,
  doesNotFit: 10,
  verifyFailed: 11,
  trainFailed: 12,
  timeout: 42,
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
