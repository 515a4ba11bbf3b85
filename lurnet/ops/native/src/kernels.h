/* What one instruction set computes; the macros are those of tile.h. */
#include "tile.h"

#include "dots.h"
#include "pool.h"
#include "updates.h"

static const struct kernels NAME(kernels) = {
    LANES, ROWS, {ENTRIES(BY_ROWS), ENTRIES(BY_COLUMNS)}, NAME(dots), NAME(pool), NAME(give_back),
    {NAME(sgd), NAME(momentum), NAME(nesterov), NAME(adam), NAME(rmsprop), NAME(rmsprop_momentum)}};

#undef TILE
#undef TILES
#undef ENTRY
#undef ENTRIES
#undef NAME
#undef TARGET
#undef LANES
#undef ROWS
