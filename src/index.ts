/**
 * The public API: every stage as a function of the same shape as its verb, and the nouns that pass between them.
 * What is not named here is private and may change without notice.
 */
export { ToolError, isToolError } from './errors/tool-error.js';
export { ERROR_CATALOGUE, exitCodeOf } from './errors/catalogue.js';
export { EXIT } from './errors/exit-codes.js';

// The project file
export { loadProject, parseProject } from './config/load.js';
export type { ProjectConfig } from './config/project-config.js';

// Dataset ─train─▶ Graph(float) ─quantize─▶ Graph(quantized)
export { loadDataset } from './dataset/load.js';
export { applyDrift } from './dataset/drift.js';
export { downloadDataset } from './dataset/download.js';
export { train } from './train/trainer.js';
export { quantize } from './quantize/quantize.js';

// Graph(quantized) ─optimize─▶ Graph(quantized) ─plan─▶ MemoryPlan ─export─▶ CSources ─build─▶ FirmwareImage
//   ─flash─▶ Device
export { optimize, type OptimizeOptions } from './optimize/optimize.js';
export { orderOps, type OrderOptions } from './export/plan/order/order-ops.js';
export { planMemory } from './export/plan/plan.js';
export { exportC } from './export/export.js';
export { buildFirmware, compileForPlan } from './build/build.js';
export { checkBudget } from './build/budget.js';
export { listBoards, loadBoard } from './boards/load.js';
export type { Board, Chip } from './boards/descriptor.js';
export { flash } from './flash/flash.js';
export { openDevice } from './device/session.js';
export { openSerial } from './device/transport/serial.js';
export { instructionsPerTick } from './device/instruction-count.js';

// Device ─verify/learn─▶ Report
export { verify, type VerifyRun } from './verify/verify.js';
export { verifyError } from './verify/verify-error.js';
export { learnData, type LearnData } from './learn/learn-data.js';
export { learnOnDevice, type LearnRun } from './learn/learn.js';
export { learnError } from './learn/learn-error.js';
export { monitor, type MonitorOptions, type MonitorSummary } from './monitor/monitor.js';
export { watch, type WatchOptions } from './monitor/watch.js';
export { replay } from './monitor/replay.js';
export { Recorder } from './monitor/recorder.js';
export { renderReport } from './report/page.js';
export { renderSummary } from './report/summary.js';
export type { ReportData } from './report/report-data.js';
export { diagnose } from './doctor/diagnose.js';

// References: what the device must compute
export { evaluateFloat, evaluateInt8 } from './ir/evaluate.js';
export { graphMacs, runFloat, runInt8 } from './ir/interpret.js';
export { quantizeInput } from './ir/quantize-input.js';
export { LearnReference } from './ir/learn/f32.js';

// Nouns on disk
export { graphDigest, graphFromFiles, graphToFiles } from './ir/graph-file.js';
export type * from './ir/c-sources.js';
export type * from './ir/dataset.js';
export type * from './ir/firmware-image.js';
export type * from './ir/graph.js';
export type * from './ir/learn-spec.js';
export type * from './ir/memory-plan.js';
export type * from './ir/model-spec.js';
export type * from './ir/options.js';
export type * from './ir/provenance.js';
export type * from './ir/quant-params.js';
export type * from './ir/report.js';
export type * from './ir/telemetry.js';
export type * from './ir/tensor.js';
export type * from './device/device.js';
export { silentProgress, type Progress } from './util/progress.js';
