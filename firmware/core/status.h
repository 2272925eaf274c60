/* Results of firmware functions that can fail. */
#ifndef GRAPES_STATUS_H
#define GRAPES_STATUS_H

typedef enum {
  GRAPES_OK = 0,
  GRAPES_ERROR_MALFORMED = -1, /* the bytes do not follow their format */
  GRAPES_ERROR_RANGE = -2      /* well formed, but does not fit where it should go */
} grapes_status;

#endif
