/* Generated from protocol/messages.json by scripts/generate-protocol.mjs; edit that and run it again. */
#ifndef GRAPES_MESSAGES_H
#define GRAPES_MESSAGES_H

#define GRAPES_PROTOCOL_VERSION 1u

/* Message types. The top bit is always set, so that no frame begins like ASCII text. */
#define GRAPES_MSG_HELLO 0x81u /* request */
#define GRAPES_MSG_SAMPLE 0x82u /* request */
#define GRAPES_MSG_INFER_OPS 0x83u /* request */
#define GRAPES_MSG_READ_TENSOR 0x84u /* request */
#define GRAPES_MSG_READ_STATE 0x85u /* request */
#define GRAPES_MSG_RESET_LEARNING 0x86u /* request */
#define GRAPES_MSG_TELEMETRY_EVERY 0x87u /* request */
#define GRAPES_MSG_READ_STATS 0x88u /* request */
#define GRAPES_MSG_SINK 0x89u /* request */
#define GRAPES_MSG_RESET 0x8au /* request */
#define GRAPES_MSG_GREETING 0xc1u /* answer */
#define GRAPES_MSG_DONE 0xc2u /* answer */
#define GRAPES_MSG_INFERRED 0xc3u /* answer */
#define GRAPES_MSG_PREDICTED 0xc4u /* answer */
#define GRAPES_MSG_LEARNED 0xc5u /* answer */
#define GRAPES_MSG_DATA 0xc6u /* answer */
#define GRAPES_MSG_STATS 0xc7u /* answer */
#define GRAPES_MSG_ERROR 0xc8u /* answer */
#define GRAPES_MSG_SYNC 0xc9u /* answer */
#define GRAPES_MSG_TELEMETRY 0xcau /* event */

/* Requests that only read: a copy is carried out again instead of answered from the cache. */
#define GRAPES_IS_REPEATED(type) ((type) == GRAPES_MSG_READ_TENSOR || (type) == GRAPES_MSG_READ_STATE || (type) == GRAPES_MSG_READ_STATS)

/* Flags of the frame header. */
#define GRAPES_FLAG_LAST 0x01u
#define GRAPES_FLAG_CODED 0x02u
#define GRAPES_FLAG_PROBE 0x80u

/* What SAMPLE does with the input. */
#define GRAPES_OP_STORE 0u
#define GRAPES_OP_INFER 1u
#define GRAPES_OP_PREDICT 2u
#define GRAPES_OP_LEARN 3u

/* Codes of ERROR. */
#define GRAPES_REFUSED_NO_SESSION 1u
#define GRAPES_REFUSED_UNKNOWN_MESSAGE 2u
#define GRAPES_REFUSED_MALFORMED 3u
#define GRAPES_REFUSED_BAD_CHUNK 4u
#define GRAPES_REFUSED_BAD_OP 5u
#define GRAPES_REFUSED_NOT_LEARNING 6u
#define GRAPES_REFUSED_BAD_LABEL 7u
#define GRAPES_REFUSED_BAD_TENSOR 8u
#define GRAPES_REFUSED_BAD_RANGE 9u

/* Record spread: places of the fields, and its size. */
#define GRAPES_SPREAD_MIN 0u /* f32 */
#define GRAPES_SPREAD_MEAN 4u /* f32 */
#define GRAPES_SPREAD_MAX 8u /* f32 */
#define GRAPES_SPREAD_BYTES 12u

/* HELLO: places of the fields in the payload, and the bytes before the first open-ended one. */
#define GRAPES_HELLO_PROTOCOL_VERSION 0u /* u8 */
#define GRAPES_HELLO_NONCE 1u /* u32 */
#define GRAPES_HELLO_FIXED_BYTES 5u

/* SAMPLE: places of the fields in the payload, and the bytes before the first open-ended one. */
#define GRAPES_SAMPLE_OP 0u /* u8 */
#define GRAPES_SAMPLE_LABEL 1u /* u16 */
#define GRAPES_SAMPLE_OFFSET 3u /* u32 */
#define GRAPES_SAMPLE_DATA 7u /* bytes */
#define GRAPES_SAMPLE_FIXED_BYTES 7u

/* INFER_OPS: places of the fields in the payload, and the bytes before the first open-ended one. */
#define GRAPES_INFER_OPS_OP_COUNT 0u /* u16 */
#define GRAPES_INFER_OPS_FIXED_BYTES 2u

/* READ_TENSOR: places of the fields in the payload, and the bytes before the first open-ended one. */
#define GRAPES_READ_TENSOR_TENSOR_ID 0u /* u16 */
#define GRAPES_READ_TENSOR_OFFSET 2u /* u32 */
#define GRAPES_READ_TENSOR_COUNT 6u /* u16 */
#define GRAPES_READ_TENSOR_FIXED_BYTES 8u

/* READ_STATE: places of the fields in the payload, and the bytes before the first open-ended one. */
#define GRAPES_READ_STATE_OFFSET 0u /* u32 */
#define GRAPES_READ_STATE_COUNT 4u /* u16 */
#define GRAPES_READ_STATE_FIXED_BYTES 6u

/* TELEMETRY_EVERY: places of the fields in the payload, and the bytes before the first open-ended one. */
#define GRAPES_TELEMETRY_EVERY_STEPS 0u /* u16 */
#define GRAPES_TELEMETRY_EVERY_FIXED_BYTES 2u

/* SINK: places of the fields in the payload, and the bytes before the first open-ended one. */
#define GRAPES_SINK_DATA 0u /* bytes */
#define GRAPES_SINK_FIXED_BYTES 0u

/* GREETING: places of the fields in the payload, and the bytes before the first open-ended one. */
#define GRAPES_GREETING_PROTOCOL_VERSION 0u /* u8 */
#define GRAPES_GREETING_NONCE 1u /* u32 */
#define GRAPES_GREETING_BOOT_ID 5u /* u32 */
#define GRAPES_GREETING_MAX_FRAME_BYTES 9u /* u16 */
#define GRAPES_GREETING_WINDOW_BYTES 11u /* u16 */
#define GRAPES_GREETING_REPLY_SLOTS 13u /* u8 */
#define GRAPES_GREETING_LEARNS 14u /* u8 */
#define GRAPES_GREETING_INPUT_ZERO_POINT 15u /* i8 */
#define GRAPES_GREETING_FACTOR_LAYERS 16u /* u8 */
#define GRAPES_GREETING_OP_COUNT 17u /* u16 */
#define GRAPES_GREETING_INPUT_BYTES 19u /* u32 */
#define GRAPES_GREETING_OUTPUT_BYTES 23u /* u32 */
#define GRAPES_GREETING_LEARN_STATE_BYTES 27u /* u32 */
#define GRAPES_GREETING_TICKS_PER_SECOND 31u /* u32 */
#define GRAPES_GREETING_MODEL_DIGEST 35u /* bytes */
#define GRAPES_GREETING_FIRMWARE_VERSION 67u /* text */
#define GRAPES_GREETING_FIXED_BYTES 67u

/* INFERRED: places of the fields in the payload, and the bytes before the first open-ended one. */
#define GRAPES_INFERRED_TICKS 0u /* u32 */
#define GRAPES_INFERRED_OUTPUT 4u /* bytes */
#define GRAPES_INFERRED_FIXED_BYTES 4u

/* PREDICTED: places of the fields in the payload, and the bytes before the first open-ended one. */
#define GRAPES_PREDICTED_TICKS 0u /* u32 */
#define GRAPES_PREDICTED_CLASS_INDEX 4u /* u16 */
#define GRAPES_PREDICTED_FIXED_BYTES 6u

/* LEARNED: places of the fields in the payload, and the bytes before the first open-ended one. */
#define GRAPES_LEARNED_TICKS 0u /* u32 */
#define GRAPES_LEARNED_LOSS 4u /* f32 */
#define GRAPES_LEARNED_HASH 8u /* u32 */
#define GRAPES_LEARNED_CLASS_INDEX 12u /* u16 */
#define GRAPES_LEARNED_FACTORS 14u /* records */
#define GRAPES_LEARNED_FIXED_BYTES 14u

/* DATA: places of the fields in the payload, and the bytes before the first open-ended one. */
#define GRAPES_DATA_OFFSET 0u /* u32 */
#define GRAPES_DATA_DATA 4u /* bytes */
#define GRAPES_DATA_FIXED_BYTES 4u

/* STATS: places of the fields in the payload, and the bytes before the first open-ended one. */
#define GRAPES_STATS_FRAMES_RECEIVED 0u /* u32 */
#define GRAPES_STATS_BAD_FRAMES 4u /* u32 */
#define GRAPES_STATS_DROPPED_BYTES 8u /* u32 */
#define GRAPES_STATS_LEARN_STEPS 12u /* u32 */
#define GRAPES_STATS_STACK_HIGH_WATER_BYTES 16u /* u32 */
#define GRAPES_STATS_FIXED_BYTES 20u

/* ERROR: places of the fields in the payload, and the bytes before the first open-ended one. */
#define GRAPES_ERROR_CODE 0u /* u8 */
#define GRAPES_ERROR_DETAIL 1u /* u32 */
#define GRAPES_ERROR_FIXED_BYTES 5u

/* SYNC: places of the fields in the payload, and the bytes before the first open-ended one. */
#define GRAPES_SYNC_EXPECTED 0u /* u16 */
#define GRAPES_SYNC_FIXED_BYTES 2u

/* TELEMETRY: places of the fields in the payload, and the bytes before the first open-ended one. */
#define GRAPES_TELEMETRY_STEP 0u /* u32 */
#define GRAPES_TELEMETRY_LOSS 4u /* f32 */
#define GRAPES_TELEMETRY_TICKS 8u /* u32 */
#define GRAPES_TELEMETRY_CLASS_INDEX 12u /* u16 */
#define GRAPES_TELEMETRY_LABEL 14u /* u16 */
#define GRAPES_TELEMETRY_FACTORS 16u /* records */
#define GRAPES_TELEMETRY_FIXED_BYTES 16u

#endif
