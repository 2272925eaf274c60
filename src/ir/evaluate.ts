import { finish, type Steps } from '../util/steps.js';
import { accuracyReport, argmax } from './accuracy.js';
import { anomalyReport, reconstructionError } from './anomaly.js';
import { readSample, type Samples } from './dataset.js';
import { reconstructTask, type FloatGraph, type QuantizedGraph } from './graph.js';
import { Int8Answers } from './int8-answers.js';
import { floatProgram, int8Program } from './interpret.js';
import { quantizeInput } from './quantize-input.js';
import type { AccuracyReport } from './report.js';

/** Accuracy of the float network on all samples; of an autoencoder also its anomaly figures. */
export function evaluateFloat(graph: FloatGraph, samples: Samples): AccuracyReport {
  return finish(evaluateFloatSteps(graph, samples));
}

/** Accuracy of the integer network on all samples. */
export function evaluateInt8(graph: QuantizedGraph, samples: Samples): AccuracyReport {
  return finish(evaluateInt8Steps(graph, samples));
}

/** {@link evaluateFloat}, sample by sample. */
export function* evaluateFloatSteps(graph: FloatGraph, samples: Samples, label = 'float'): Steps<AccuracyReport> {
  const task = reconstructTask(graph);
  if (task !== null) return anomalyReport(samples.labels, yield* scoreFloatSteps(graph, samples, label), task);
  return accuracyReport(samples.labels, yield* predictFloatSteps(graph, samples, label), graph.classNames.length);
}

/** {@link evaluateInt8}, sample by sample. */
export function* evaluateInt8Steps(graph: QuantizedGraph, samples: Samples, label = 'int8'): Steps<AccuracyReport> {
  return (yield* int8Answers(graph, samples, label)).report();
}

/** Classes predicted by the float network for all samples. */
export function predictFloat(graph: FloatGraph, samples: Samples): Uint16Array {
  return finish(predictFloatSteps(graph, samples, 'float'));
}

function* predictFloatSteps(graph: FloatGraph, samples: Samples, label: string): Steps<Uint16Array> {
  const program = floatProgram(graph);
  const predicted = new Uint16Array(samples.count);
  for (let n = 0; n < samples.count; n++) {
    readSample(samples, n, program.input);
    for (const step of program.steps) step();
    predicted[n] = argmax(program.output);
    yield { label, done: n + 1, total: samples.count };
  }
  return predicted;
}

/** Anomaly scores of a float autoencoder. */
export function scoreFloat(graph: FloatGraph, samples: Samples): Float64Array {
  return finish(scoreFloatSteps(graph, samples, 'float'));
}

function* scoreFloatSteps(graph: FloatGraph, samples: Samples, label: string): Steps<Float64Array> {
  const program = floatProgram(graph);
  const real = new Float32Array(samples.inputSize);
  const scores = new Float64Array(samples.count);
  for (let n = 0; n < samples.count; n++) {
    readSample(samples, n, real);
    program.input.set(real);
    for (const step of program.steps) step();
    scores[n] = reconstructionError(real, program.output);
    yield { label, done: n + 1, total: samples.count };
  }
  return scores;
}

/** Anomaly scores of an int8 autoencoder. */
export function scoreInt8(graph: QuantizedGraph, samples: Samples): Float64Array {
  return finish(scoreInt8Steps(graph, samples, 'int8'));
}

/** {@link scoreInt8}, sample by sample. */
export function* scoreInt8Steps(graph: QuantizedGraph, samples: Samples, label: string): Steps<Float64Array> {
  return (yield* int8Answers(graph, samples, label)).scores;
}

function* int8Answers(graph: QuantizedGraph, samples: Samples, label: string): Steps<Int8Answers> {
  const answers = new Int8Answers(graph, samples);
  const program = int8Program(graph);
  const real = new Float32Array(samples.inputSize);
  for (let n = 0; n < samples.count; n++) {
    readSample(samples, n, real);
    program.input.set(quantizeInput(graph, real));
    for (const step of program.steps) step();
    answers.add(n, program.output);
    yield { label, done: n + 1, total: samples.count };
  }
  return answers;
}
