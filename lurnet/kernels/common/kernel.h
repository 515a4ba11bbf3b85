/* What every kernel needs: calls from XLA's programs, the manifest, jobs among threads, registers. */
#ifndef LURNET_KERNEL_H
#define LURNET_KERNEL_H

#include <math.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "xla/ffi/api/c_api.h"

#if defined(_WIN32)
#define EXPORT __declspec(dllexport)
#else
#define EXPORT __attribute__((visibility("default")))
#endif

/* ---- the manifest: what Python has to know of the library ---- */

struct fact {
  const char *kind, *name, *text; /* text: NULL where a number says it all */
  int64_t number;
  struct fact *next;
};
void state(struct fact *);

#define TEXT(...) #__VA_ARGS__
#define STATE(id, ...)                                                                             \
  static struct fact fact_##id = {__VA_ARGS__};                                                    \
  __attribute__((constructor)) static void state_##id(void) { state(&fact_##id); }
#define STATE_NUMBER(name, value) STATE(name, "number", #name, NULL, value)
#define STATE_ENUM(name, list) STATE(name, "enum", #name, TEXT(list), 0) /* a macro's list */

/* ---- calls ---- */

/* Answers the question that registration asks; true if that was all. */
int described(XLA_FFI_CallFrame *frame);

/* A function of the library that XLA's programs call, by this name; its body follows. */
#define CALL(name)                                                                                 \
  static void run_##name(XLA_FFI_CallFrame *frame);                                                \
  EXPORT XLA_FFI_Error *lurnet_##name(XLA_FFI_CallFrame *frame) {                                  \
    if (!described(frame)) run_##name(frame);                                                      \
    return NULL;                                                                                   \
  }                                                                                                \
  STATE(name, "call", #name, NULL, 0)                                                              \
  static void run_##name(XLA_FFI_CallFrame *frame)

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

/* ---- jobs ---- */

static inline long least(long a, long b) { return a < b ? a : b; }
static inline long most(long a, long b) { return a > b ? a : b; }
static inline long ceiling(long a, long b) { return (a + b - 1) / b; }

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

/* Rows in blocks of as many numbers as stay in a core's first cache; `cost` of a number in multiply-adds. */
struct blocks {
  void (*run)(const void *what, long from, long to);
  const void *what;
  long rows, rows_of_block;
};
void share_rows(XLA_FFI_CallFrame *frame, struct blocks, long columns, double cost);

/* A number read and written takes about as long as so many multiply-adds of a product; with an
 * exponential or logarithm. */
static const double PASS = 25, POWER = 100;

/* ---- registers ---- */

extern int lanes; /* floats in a register of the kernels in use, 0 before they are chosen */

/* The function for these registers, of those that instruction_sets.h makes. */
#define BEST(name) (lanes == 16 ? wide_##name : narrow_##name)

#endif
