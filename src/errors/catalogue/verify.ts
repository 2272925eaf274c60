import type { ErrorEntry } from '../catalogue.js';

export const verifyErrors = {} as const satisfies Record<string, ErrorEntry>;
