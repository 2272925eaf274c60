import type { ErrorEntry } from '../catalogue.js';

export const buildErrors = {} as const satisfies Record<string, ErrorEntry>;
