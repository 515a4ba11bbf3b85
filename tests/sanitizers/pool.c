/* A pool of threads as XLA lends one to its calls, for runs of the library without XLA. */
#include <pthread.h>
#include <stdlib.h>

#include "common/kernel.h"

enum { THREADS = 4, MOST = 1024 };

static struct {
  XLA_FFI_Task *task;
  void *data;
} waiting[MOST];
static long count, first;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;

static void *work(void *nothing) {
  for (;;) {
    pthread_mutex_lock(&lock);
    while (first == count) pthread_cond_wait(&changed, &lock);
    XLA_FFI_Task *task = waiting[first % MOST].task;
    void *data = waiting[first++ % MOST].data;
    pthread_mutex_unlock(&lock);
    task(data);
  }
  return nothing;
}

static XLA_FFI_Error *schedule(XLA_FFI_ThreadPool_Schedule_Args *args) {
  pthread_mutex_lock(&lock);
  int full = count - first == MOST;
  if (!full) {
    waiting[count % MOST].task = args->task;
    waiting[count++ % MOST].data = args->data;
  }
  pthread_cond_signal(&changed);
  pthread_mutex_unlock(&lock);
  return full ? (XLA_FFI_Error *)&lock : NULL;
}

static XLA_FFI_Error *threads(XLA_FFI_ThreadPool_NumThreads_Args *args) {
  *args->num_threads = THREADS;
  return NULL;
}

static XLA_FFI_Api api = {.XLA_FFI_ThreadPool_Schedule = schedule,
                          .XLA_FFI_ThreadPool_NumThreads = threads};

EXPORT XLA_FFI_Api *pool_of_threads(void) {
  for (int i = 1; i < THREADS; i++) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, work, NULL)) abort();
    pthread_detach(thread);
  }
  return &api;
}
