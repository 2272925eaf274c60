import type { ErrorEntry } from '../catalogue.js';

export const datasetErrors = {} as const satisfies Record<string, ErrorEntry>;
