import type { ErrorEntry } from '../catalogue.js';

export const configErrors = {} as const satisfies Record<string, ErrorEntry>;
