import { constantDeclaration, constantDefinition } from './format.js';
import { banner, type CModel } from './model.js';

/** An AVR array, and the program memory a 16-bit pointer reaches with it, must stay below this. */
const AVR_LIMIT = 32767;

/** `<name>_data.h`: the constants as the other sources see them. */
export function emitDataHeader(model: CModel): string {
  const guard = `${model.macro}_DATA_H`;
  return [
    banner(model, `Constants of "${model.graph.name}": private to the generated sources.`),
    `#ifndef ${guard}`,
    `#define ${guard}`,
    '',
    '#include "grapes/core/grapes_flash.h"',
    '',
    ...model.constants.map((c) => constantDeclaration(model.prefix, c)),
    '',
    '#endif',
    '',
  ].join('\n');
}

/** `<name>_data.c`: the constants themselves. */
export function emitData(model: CModel): string {
  return [
    banner(model, `Weights, biases and tables of "${model.graph.name}": ${model.plan.constantBytes} bytes of flash.`),
    `#include "${model.prefix}_data.h"`,
    '',
    ...(model.plan.constantBytes > AVR_LIMIT
      ? [
          '#if defined(__AVR__)',
          '#error "these constants are larger than AVR program memory pointers reach"',
          '#endif',
          '',
        ]
      : []),
    model.constants.map((c) => constantDefinition(model.prefix, c)).join('\n\n'),
    '',
  ].join('\n');
}
