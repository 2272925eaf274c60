import type { ErrorEntry } from '../catalogue.js';

export const deviceErrors = {} as const satisfies Record<string, ErrorEntry>;
