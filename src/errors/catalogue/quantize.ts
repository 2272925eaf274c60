import type { ErrorEntry } from '../catalogue.js';

export const quantizeErrors = {} as const satisfies Record<string, ErrorEntry>;
