/* What the library's calls from XLA's programs share. */
#ifndef LURNET_FRAMES_H
#define LURNET_FRAMES_H

#include <stdatomic.h>

#include "xla/ffi/api/c_api.h"

#if defined(_WIN32)
#define EXPORT __declspec(dllexport)
#else
#define EXPORT __attribute__((visibility("default")))
#endif

/* One job, many tasks. Helpers may start when all is done; whoever lets go of the job last frees it. */
struct job {
  void (*run)(const void *work, long task);
  const void *work;
  long tasks;
  atomic_long next, done;
  atomic_int holders;
};

/* Runs all tasks, on the threads of the pool too if that is worth it. */
void share(XLA_FFI_CallFrame *frame, struct job work, double multiply_adds);

/* Answers the question that registration asks; true if that was all. */
int described(XLA_FFI_CallFrame *frame);

static inline XLA_FFI_Buffer *argument(XLA_FFI_CallFrame *frame, int i) { return frame->args.args[i]; }
static inline XLA_FFI_Buffer *result(XLA_FFI_CallFrame *frame, int i) { return frame->rets.rets[i]; }

/* How many numbers a buffer holds, and how many its last axis has. */
static inline long numbers_in(const XLA_FFI_Buffer *buffer) {
  long count = 1;
  for (int64_t axis = 0; axis < buffer->rank; axis++) count *= buffer->dims[axis];
  return count;
}
static inline long columns_of(const XLA_FFI_Buffer *buffer) { return buffer->dims[buffer->rank - 1]; }
static inline long rows_of(const XLA_FFI_Buffer *buffer) {
  return columns_of(buffer) ? numbers_in(buffer) / columns_of(buffer) : 0;
}

/* The numbers of a call's first attribute, by name, if that is an array. */
static inline const int64_t *attribute(XLA_FFI_CallFrame *frame) {
  return ((XLA_FFI_Array *)frame->attrs.attrs[0])->data;
}

#endif
