import { verifyOnEveryBoard } from './every-board.js';

verifyOnEveryBoard('resnet8', 'pretrainedResnet_quant.tflite', 2);
// The largest by far on the small cores.
verifyOnEveryBoard('vww', 'vww_96_int8.tflite', 1);
