import type { ErrorEntry } from '../catalogue.js';

export const boardsErrors = {} as const satisfies Record<string, ErrorEntry>;
