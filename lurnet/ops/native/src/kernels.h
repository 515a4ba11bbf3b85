/* What one instruction set computes; the macros are those of tile.h. */
#include "tile.h"

#include "dots.h"
#include "pool.h"

static const struct kernels NAME(kernels) = {
    LANES, ROWS, {ENTRIES(BY_ROWS), ENTRIES(BY_COLUMNS)}, NAME(dots), NAME(pool), NAME(give_back)};

#undef TILE
#undef TILES
#undef ENTRY
#undef ENTRIES
#undef NAME
#undef TARGET
#undef LANES
#undef ROWS
