/** How stages tell of long work. The CLI draws it; libraries pass `silentProgress`. */
export interface Progress {
  /** `done` of `total` units of `label`; `detail` is a short free text such as a loss. */
  update(label: string, done: number, total: number, detail?: string): void;
  /** A line worth keeping. */
  note(text: string): void;
}

export const silentProgress: Progress = { update: () => undefined, note: () => undefined };
