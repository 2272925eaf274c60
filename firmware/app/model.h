/*
 * The model in the firmware: owns the arena and the learning state, and answers requests about them. The model itself
 * comes through grapes_binding.h of an export folder.
 */
#ifndef GRAPES_APP_MODEL_H
#define GRAPES_APP_MODEL_H

#include <stdint.h>

#include "dispatch.h"
#include "grapes_binding.h"

#define GRAPES_LARGER(a, b) ((a) > (b) ? (a) : (b))

/* Longest answer that must be kept for a repetition. */
#if GRAPES_LEARNS
#define GRAPES_LEARNED_BYTES (GRAPES_LEARNED_FIXED_BYTES + GRAPES_FACTOR_LAYERS * GRAPES_SPREAD_BYTES)
#else
#define GRAPES_LEARNED_BYTES 0u
#endif
#define GRAPES_CACHED_BYTES GRAPES_LARGER(GRAPES_INFERRED_FIXED_BYTES + GRAPES_OUTPUT_BYTES, GRAPES_LEARNED_BYTES)

/* Puts the exported weights into the learning state; nothing to do without learning. */
void model_init(void);

/* Number of learning steps since then. */
uint32_t model_learn_steps(void);

void model_sample(const grapes_request *request, grapes_answer *answer);
void model_infer_ops(const grapes_request *request, grapes_answer *answer);
void model_read_tensor(const grapes_request *request, grapes_answer *answer);
void model_read_state(const grapes_request *request, grapes_answer *answer);
void model_reset_learning(grapes_answer *answer);

/* Fills the payload of TELEMETRY with the last learning step; returns its length. */
uint16_t model_telemetry(uint8_t *payload);

#endif
