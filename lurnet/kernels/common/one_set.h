/* What instruction_sets.h includes for each set. */
#include "vectors.h"

#ifdef VECTORS
#include VECTORS
#endif

#undef INSIDE
#undef LOAD
#undef CHOSEN
#undef ALL
#undef EACH
#undef NAME
#undef TARGET
#undef LANES
#undef ROWS
#undef FIRST
#undef HEAD
#undef SET_HEAD
#undef REDUCED
#undef WHERE
