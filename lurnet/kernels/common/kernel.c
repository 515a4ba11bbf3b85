/* What the calls share: the manifest, jobs among the threads of XLA's pool, XLA's own questions, registers. */
#include "kernel.h"

#include <cpuid.h>
#include <sched.h>
#include <stdlib.h>

static struct fact *stated;

void state(struct fact *fact) { fact->next = stated, stated = fact; }

EXPORT const struct fact *lurnet_manifest(void) { return stated; }

/* ---- jobs ---- */

static void take_tasks(struct job *job) {
  for (long task; (task = atomic_fetch_add(&job->next, 1)) < job->tasks;) {
    job->run(job->work, task);
    atomic_fetch_add(&job->done, 1);
  }
}

static void let_go(struct job *job) {
  if (atomic_fetch_sub(&job->holders, 1) == 1) free(job);
}

static void help(void *data) {
  take_tasks(data);
  let_go(data);
}

static long threads_of(XLA_FFI_CallFrame *frame) {
  int64_t threads = 1;
  XLA_FFI_ThreadPool_NumThreads_Args args = {XLA_FFI_ThreadPool_NumThreads_Args_STRUCT_SIZE, NULL,
                                             frame->ctx, &threads};
  XLA_FFI_Error *error = frame->api->XLA_FFI_ThreadPool_NumThreads(&args);
  if (!error) return threads;
  XLA_FFI_Error_Destroy_Args destroy = {XLA_FFI_Error_Destroy_Args_STRUCT_SIZE, NULL, error};
  frame->api->XLA_FFI_Error_Destroy(&destroy);
  return 1;
}

#ifndef WORTH
enum { WORTH = 1 << 20 }; /* below some 10 us, waking another thread takes longer */
#endif

void share(XLA_FFI_CallFrame *frame, struct job work, double multiply_adds) {
  int alone = !frame->api || multiply_adds < WORTH; /* no api: a captured graph, on the calling thread */
  long helpers = alone ? 0 : threads_of(frame) - 1;
  if (helpers >= work.tasks) helpers = work.tasks - 1;
  struct job *job = helpers > 0 ? malloc(sizeof *job) : NULL;
  if (!job) {
    for (long task = 0; task < work.tasks; task++) work.run(work.work, task);
    return;
  }
  *job = work;
  atomic_init(&job->next, 0), atomic_init(&job->done, 0);
  atomic_init(&job->holders, (int)helpers + 1);
  for (long i = 0; i < helpers; i++) {
    XLA_FFI_ThreadPool_Schedule_Args args = {XLA_FFI_ThreadPool_Schedule_Args_STRUCT_SIZE, NULL,
                                             frame->ctx, help, job};
    if (frame->api->XLA_FFI_ThreadPool_Schedule(&args)) let_go(job);
  }
  take_tasks(job);
  for (long waited = 0; atomic_load(&job->done) < job->tasks; waited++)
    if (waited > 1000) sched_yield();
  let_go(job);
}

int described(XLA_FFI_CallFrame *frame) {
  XLA_FFI_Extension_Base *extension = frame->extension_start;
  if (!extension || extension->type != XLA_FFI_Extension_Metadata) return 0;
  XLA_FFI_Metadata *metadata = ((XLA_FFI_Metadata_Extension *)extension)->metadata;
  metadata->api_version.major_version = XLA_FFI_API_MAJOR;
  metadata->api_version.minor_version = XLA_FFI_API_MINOR;
  return 1;
}

static void block_task(const void *work, long task) {
  const struct blocks *b = work;
  b->run(b->what, task * b->rows_of_block, least((task + 1) * b->rows_of_block, b->rows));
}

enum { NUMBERS_OF_BLOCK = 4096 };

void share_rows(XLA_FFI_CallFrame *frame, struct blocks b, long columns, double cost) {
  b.rows_of_block = columns < NUMBERS_OF_BLOCK ? NUMBERS_OF_BLOCK / (columns ? columns : 1) : 1;
  struct job job = {block_task, &b, ceiling(b.rows, b.rows_of_block)};
  share(frame, job, cost * b.rows * columns);
}

/* ---- registers ---- */

int lanes;

/* Asked of the processor itself: not every compiler's __builtin_cpu_supports answers. */
static unsigned long states(void) {
  unsigned low, high;
  __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return low;
}

/* The widest registers of at most so many floats that this processor has kernels for; 0 if none. */
static int widest(int most_lanes) {
  unsigned a, b, c, d;
  if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_OSXSAVE) || !(c & bit_FMA)) return 0;
  if (!__get_cpuid_count(7, 0, &a, &b, &c, &d)) return 0;
  unsigned long saved = states(); /* which registers the system keeps for each thread */
  if (most_lanes >= 16 && (b & bit_AVX512F) && (b & bit_AVX512VL) && (saved & 0xe6) == 0xe6) return 16;
  return most_lanes >= 8 && (b & bit_AVX2) && (saved & 6) == 6 ? 8 : 0;
}

EXPORT int lurnet_lanes(int most_lanes) { return lanes = widest(most_lanes); }
