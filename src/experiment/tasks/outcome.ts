import type { JobResult } from '../job.js';

/** What a task finds out. `accuracy` is among the measures: learning rates are chosen by it. */
export type Outcome = Pick<JobResult, 'diverged' | 'curve' | 'measures'>;
