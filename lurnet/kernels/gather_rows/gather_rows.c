/* Rows of an array that lies outside of a program. */
#include "common/kernel.h"

static long size_of(XLA_FFI_DataType type) {
  switch (type) {
    case XLA_FFI_DataType_PRED: case XLA_FFI_DataType_S8: case XLA_FFI_DataType_U8: return 1;
    case XLA_FFI_DataType_S16: case XLA_FFI_DataType_U16: case XLA_FFI_DataType_F16: return 2;
    case XLA_FFI_DataType_BF16: return 2;
    case XLA_FFI_DataType_S64: case XLA_FFI_DataType_U64: case XLA_FFI_DataType_F64: return 8;
    default: return 4;
  }
}

/* Rows of an array that lies outside: its address in two halves, and how many rows it has. */
struct rows {
  const char *from;
  char *to;
  const int32_t *index;
  long count, bytes, last;
};

enum { ROWS_OF_TASK = 16 };

static void rows_task(const void *work, long task) {
  const struct rows *r = work;
  long end = (task + 1) * ROWS_OF_TASK;
  for (long i = task * ROWS_OF_TASK; i < end && i < r->count; i++) {
    long row = r->index[i];
    row = row < 0 ? 0 : row > r->last ? r->last : row;
    if (r->last < 0)
      memset(r->to + i * r->bytes, 0, r->bytes); /* there is none */
    else
      memcpy(r->to + i * r->bytes, r->from + row * r->bytes, r->bytes);
  }
}

/* Address, and the numbers of rows, to those rows. */
CALL(gather_rows) {
  const uint32_t *outside = argument(frame, 0)->data;
  XLA_FFI_Buffer *index = argument(frame, 1), *out = result(frame, 0);
  long bytes = size_of(out->dtype);
  for (int64_t axis = 1; axis < out->rank; axis++) bytes *= out->dims[axis];
  struct rows r = {(const char *)(((uint64_t)outside[1] << 32) | outside[0]), out->data,
                   index->data, index->dims[0], bytes, (long)outside[2] - 1};
  struct job job = {rows_task, &r, (r.count + ROWS_OF_TASK - 1) / ROWS_OF_TASK};
  share(frame, job, 4.0 * r.count * bytes); /* a byte takes about as long as four of the others */
}
