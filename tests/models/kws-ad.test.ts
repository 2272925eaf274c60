import { verifyOnEveryBoard } from './every-board.js';

verifyOnEveryBoard('kws', 'kws_ref_model.tflite', 2);
verifyOnEveryBoard('ad', 'ad01_int8.tflite', 2);
