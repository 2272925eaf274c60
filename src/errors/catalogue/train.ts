import type { ErrorEntry } from '../catalogue.js';

export const trainErrors = {} as const satisfies Record<string, ErrorEntry>;
