/** A worker thread of an experiment: gets the data once, then jobs one by one, and answers each with its result. */
import { parentPort, workerData } from 'node:worker_threads';
import type { Job } from './job.js';
import type { ExperimentData } from './prepare-data.js';
import { runJob } from './run-job.js';

const data = workerData as ExperimentData;
parentPort?.on('message', (job: Job) => {
  void runJob(job, data).then((result) => parentPort?.postMessage(result));
});
