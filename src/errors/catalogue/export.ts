import type { ErrorEntry } from '../catalogue.js';

export const exportErrors = {} as const satisfies Record<string, ErrorEntry>;
