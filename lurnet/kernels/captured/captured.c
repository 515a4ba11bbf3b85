/* A network's outputs without XLA: calls of this library, one after another, on the calling thread. */
#include <stdlib.h>

#if defined(_WIN32)
typedef int thread; /* no threads: all on the calling one */
#define START(thread, run, what) ((void)(thread), (void)(run), (void)(what), 1)
#define JOIN(thread) ((void)(thread))
#else
#include <pthread.h>
typedef pthread_t thread;
#define START(thread, run, what) pthread_create(thread, NULL, run, what)
#define JOIN(thread) pthread_join(thread, NULL)
#endif

#include "common/panels.h"

enum { BUFFERS = 4, AXES = 6, NUMBERS = 16 };

/* What Python writes of a buffer and of a call; all of them are int64. */
struct buffer_record {
  int64_t slot, bytes, rank, dims[AXES];
};
struct call_record {
  int64_t function, arguments, results, numbers;
  struct buffer_record buffers[BUFFERS]; /* arguments, then results */
  int64_t number[NUMBERS];               /* the only attribute, where there is one */
};

STATE_NUMBER(graph_buffers, BUFFERS)
STATE_NUMBER(graph_axes, AXES)
STATE_NUMBER(graph_numbers, NUMBERS)
STATE_NUMBER(graph_record_bytes, sizeof(struct call_record))

typedef XLA_FFI_Error *handler(XLA_FFI_CallFrame *frame);

struct call {
  handler *run;
  XLA_FFI_CallFrame frame;
  XLA_FFI_Buffer buffers[BUFFERS];
  void *pointers[BUFFERS], *attribute;
  XLA_FFI_Array numbers;
  struct call_record record;
};

struct graph {
  long count;
  struct room room; /* scratch memory, so that none stays behind with threads that end */
  struct call calls[];
};

static void prepare(struct call *call) {
  struct call_record *record = &call->record;
  call->run = (handler *)(intptr_t)record->function;
  long buffers = record->arguments + record->results;
  for (long i = 0; i < buffers; i++) {
    struct buffer_record *b = &record->buffers[i];
    call->buffers[i] = (XLA_FFI_Buffer){
        .struct_size = XLA_FFI_Buffer_STRUCT_SIZE, .rank = b->rank, .dims = b->dims,
        .dtype = b->bytes == 4 ? XLA_FFI_DataType_F32 : XLA_FFI_DataType_U8};
    call->pointers[i] = &call->buffers[i];
  }
  call->numbers = (XLA_FFI_Array){XLA_FFI_DataType_S64, record->numbers, record->number};
  call->attribute = &call->numbers;
  call->frame = (XLA_FFI_CallFrame){
      .struct_size = XLA_FFI_CallFrame_STRUCT_SIZE, .stage = XLA_FFI_ExecutionStage_EXECUTE,
      .args = {.struct_size = XLA_FFI_Args_STRUCT_SIZE, .size = record->arguments,
               .args = call->pointers},
      .rets = {.struct_size = XLA_FFI_Rets_STRUCT_SIZE, .size = record->results,
               .rets = call->pointers + record->arguments},
      .attrs = {.struct_size = XLA_FFI_Attrs_STRUCT_SIZE, .size = record->numbers > 0,
                .attrs = &call->attribute}};
}

/* So many calls, ready to run once their buffers lie somewhere; NULL without memory. */
EXPORT struct graph *lurnet_graph(const struct call_record *records, int64_t count) {
  struct graph *graph = calloc(1, sizeof *graph + count * sizeof *graph->calls);
  if (!graph) return NULL;
  graph->count = count;
  for (long i = 0; i < count; i++) {
    graph->calls[i].record = records[i];
    prepare(&graph->calls[i]);
  }
  return graph;
}

/* Where the numbers of each slot lie from now on. */
EXPORT void lurnet_graph_bind(struct graph *graph, const int64_t *addresses) {
  for (long i = 0; i < graph->count; i++) {
    struct call *call = &graph->calls[i];
    for (long j = 0; j < call->record.arguments + call->record.results; j++)
      call->buffers[j].data = (void *)(intptr_t)addresses[call->record.buffers[j].slot];
  }
}

EXPORT void lurnet_graph_run(struct graph *graph) {
  struct room *before = use_room(&graph->room);
  for (long i = 0; i < graph->count; i++) graph->calls[i].run(&graph->calls[i].frame);
  use_room(before);
}

EXPORT void lurnet_graph_free(struct graph *graph) {
  for (int i = 0; i < SCRATCHES; i++) free(graph->room.memory[i]);
  free(graph);
}

/* ---- many batches: each thread takes one after another through a graph of its own ---- */

/* Where the input and the output of all batches lie, one batch behind another. */
struct batches {
  char *place[2];
  int64_t slot[2], bytes[2]; /* in the graphs, and of a batch */
  long count;
  atomic_long next;
};

struct taker {
  struct graph *graph;
  struct batches *batches;
  thread thread;
};

static void move(struct graph *graph, int64_t slot, char *to) {
  for (long i = 0; i < graph->count; i++) {
    struct call *call = &graph->calls[i];
    for (long j = 0; j < call->record.arguments + call->record.results; j++)
      if (call->record.buffers[j].slot == slot) call->buffers[j].data = to;
  }
}

static void *take_batches(void *what) {
  struct taker *taker = what;
  struct batches *b = taker->batches;
  for (long i; (i = atomic_fetch_add(&b->next, 1)) < b->count;) {
    for (int k = 0; k < 2; k++) move(taker->graph, b->slot[k], b->place[k] + i * b->bytes[k]);
    lurnet_graph_run(taker->graph);
  }
  return NULL;
}

/* Runs equal graphs over `count` batches: `facts` are the addresses of input and output, their slots
 * in the graphs, and the bytes of a batch of each. The graphs must be bound anew to be run alone. */
EXPORT void lurnet_graph_batches(struct graph *const *graphs, int64_t threads, const int64_t *facts,
                                int64_t count) {
  struct batches b = {{(char *)(intptr_t)facts[0], (char *)(intptr_t)facts[1]},
                      {facts[2], facts[3]}, {facts[4], facts[5]}, count};
  struct taker takers[threads];
  long started = 1;
  atomic_init(&b.next, 0);
  for (long i = 0; i < threads; i++) takers[i].graph = graphs[i], takers[i].batches = &b;
  while (started < threads && started < count &&
         !START(&takers[started].thread, take_batches, &takers[started]))
    started++;
  take_batches(&takers[0]);
  for (long i = 1; i < started; i++) JOIN(takers[i].thread);
}
