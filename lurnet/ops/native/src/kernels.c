/* The kernels of each instruction set, and which of them this processor runs. */
#include "sums.h"

#include <math.h>
#include <stddef.h>

#include "outputs.h"
#include "panels.h"

/* The part of a pooling window that lies inside the image: its first sample, which is the sample
 * `tap` of the whole window, and its size. */
struct window {
  long y, x, tap, high, wide;
};

static struct window window_at(const struct pooling *p, long row, long column) {
  long y = row * p->step_high - p->top, x = column * p->step_wide - p->left;
  long bottom = least(y + p->window_high, p->high), right = least(x + p->window_wide, p->wide);
  long inside_y = most(y, 0), inside_x = most(x, 0);
  long tap = (inside_y - y) * p->window_wide + inside_x - x;
  return (struct window){inside_y, inside_x, tap, bottom - inside_y, right - inside_x};
}

/* Where the first largest sample of a window is, of one channel; `first` is its first one. */
static void largest(const struct pooling *p, const struct window *w, const float *first,
                    long *best_y, long *best_x) {
  float best = *first;
  for (long y = 0; y < w->high; y++)
    for (long x = 0; x < w->wide; x++) {
      float value = first[(y * p->wide + x) * p->channels];
      if (value > best || value != value) best = value, *best_y = y, *best_x = x;
    }
}

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>

static const int counted[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};

#define NAME(x) wide_##x
#define TARGET __attribute__((target("avx512f,avx512vl,fma")))
#define LANES 16
#define ROWS 8
#define FIRST(n) ((__mmask16)((1u << (n)) - 1))
#define HEAD(p, n) _mm512_maskz_loadu_ps(FIRST(n), p)
#define SET_HEAD(p, n, v) _mm512_mask_storeu_ps(p, FIRST(n), (__m512)(v))
#define REDUCED(v, how) _mm512_reduce_##how##_ps((__m512)(v))
#define WHERE(v, w, how) _mm512_cmp_ps_mask((__m512)(v), (__m512)(w), _CMP_##how)
#include "kernels.h"

#define NAME(x) narrow_##x
#define TARGET __attribute__((target("avx2,fma")))
#define LANES 8
#define ROWS 6
#define FIRST(n) _mm256_cmpgt_epi32(_mm256_set1_epi32((int)(n)), *(const __m256i_u *)counted)
#define HEAD(p, n) _mm256_maskload_ps(p, FIRST(n))
#define SET_HEAD(p, n, v) _mm256_maskstore_ps(p, FIRST(n), (__m256)(v))
#define REDUCED(v, how) reduced_##how((__m256)(v))
#define WHERE(v, w, how)                                                                           \
  (unsigned)_mm256_movemask_ps(_mm256_cmp_ps((__m256)(v), (__m256)(w), _CMP_##how))
#define REDUCTION(how)                                                                             \
  TARGET static inline float reduced_##how(__m256 v) {                                             \
    __m128 x = _mm_##how##_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));             \
    x = _mm_##how##_ps(x, _mm_movehl_ps(x, x));                                                    \
    return _mm_cvtss_f32(_mm_##how##_ss(x, _mm_shuffle_ps(x, x, 1)));                              \
  }
REDUCTION(add) REDUCTION(max)
#include "kernels.h"
#endif

const struct kernels *chosen;

#if defined(__x86_64__)
/* Asked of the processor itself: not every compiler's __builtin_cpu_supports answers. */
static unsigned long states(void) {
  unsigned low, high;
  __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return low;
}

const struct kernels *choose_kernels(int most_lanes) {
  unsigned a, b, c, d;
  chosen = NULL;
  if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_OSXSAVE) || !(c & bit_FMA)) return NULL;
  if (!__get_cpuid_count(7, 0, &a, &b, &c, &d)) return NULL;
  unsigned long saved = states(); /* which registers the system keeps for each thread */
  int wide = (b & bit_AVX512F) && (b & bit_AVX512VL) && (saved & 0xe6) == 0xe6;
  int narrow = (b & bit_AVX2) && (saved & 6) == 6;
  if (wide && most_lanes >= 16)
    chosen = &wide_kernels;
  else if (narrow && most_lanes >= 8)
    chosen = &narrow_kernels;
  return chosen;
}
#else
const struct kernels *choose_kernels(int most_lanes) {
  (void)most_lanes;
  return NULL;
}
#endif
