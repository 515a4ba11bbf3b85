/* Functions over registers, once for each instruction set: wide_x and narrow_x for every NAME(x). Include it
 * with VECTORS defined as the header that holds them, or undefined for those of vectors.h alone. */
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
#include "one_set.h"

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
#include "one_set.h"
