/* What one instruction set computes; the macros are those of vectors.h and tile.h. */
#include "vectors.h"

#include "finish.h"

#include "distance.h"
#include "dots.h"
#include "pool.h"
#include "row.h"
#include "tile.h"
#include "turn.h"
#include "updates.h"

#include "dropout.h"

static const struct kernels NAME(kernels) = {
    LANES, ROWS, {ENTRIES(BY_ROWS), ENTRIES(BY_COLUMNS)},
    NAME(dots), NAME(pool), NAME(give_back), NAME(finish), NAME(unfinish),
    NAME(distances), NAME(distance_gradients), NAME(turn), NAME(add),
    NAME(first_largest),
    NAME(drop),
    NAME(row),
    {NAME(sgd), NAME(momentum), NAME(nesterov), NAME(adam), NAME(rmsprop), NAME(rmsprop_momentum)}};

#undef INSIDE
#undef LOAD
#undef CHOSEN
#undef ALL
#undef EACH
#undef TILE
#undef TILES
#undef ENTRY
#undef ENTRIES
#undef NAME
#undef TARGET
#undef LANES
#undef ROWS
#undef FIRST
#undef HEAD
#undef SET_HEAD
#undef REDUCED
#undef WHERE
