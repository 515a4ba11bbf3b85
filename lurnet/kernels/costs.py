"""From which sizes on which form pays: measured numbers, a record for each kind of machine.

``scripts/measure_costs`` measures what decides them again; the figures are in docs/lab/kernels.md.
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Costs:
    """Thresholds, counted in numbers of arrays where nothing else is said."""

    matmul_in_c: int = 2**19  #: of the matrix on the right, up to which the library multiplies
    matmul_in_c_rows: int = 2**15  #: rows up to which it does
    matmul_tn_in_c: int = 2**18  #: of the result of a tall product, up to which it multiplies
    matmul_tn_in_c_few: int = 2**17  #: the same for less than 64 rows
    matmul_tn_columns: int = 4  #: fewer leave registers empty, but for results that are ...
    matmul_tn_height: int = 128  #: ... no higher than this
    matmul_narrow: int = 16  #: columns up to which XLA had better have the narrow matrix first
    matmul_exchanged_rows: int = 1536  #: rows from which it had, whatever the width
    matmul_swapped_rows: int = 256  #: rows up to which exchanging the factors pays

    conv_in_c: int = 2**19  #: of a kernel, up to which the library convolves
    conv_kernel_grad_in_c: int = 2**18 - 1  #: and computes the kernel's gradient
    conv_columns_bytes: int = 32 * 2**20  #: of gathered windows; about the last cache
    conv_few_filters: int = 4  #: up to these, a product of gathered windows is slow
    conv_single_groups: int = 4  #: up to these, each group is convolved by itself
    conv_pool_between: int = 2**17  #: of an image between both: it stays in a core's cache
    conv_pool_single: int = 2**21  #: multiply-adds of a single image, which threads may not share

    pool_slices: int = 32  #: samples of a window up to which the largest is found by slices
    bias_act_alone: int = 2**16  #: without a bias; beyond, it had better join the loop beside it
    bias_act: int = 2**21  #: with a bias
    row_fills: int = 16  #: of a row that fills a register; shorter ones are worth it ...
    few_rows: int = 512  #: ... as long as they are few
    loss_rows: int = 2**17  #: where each output has a target; beyond, XLA joins loops
    mean: int = 2**16  #: beyond, a sum had better join what made the numbers

    micro_batch: int = 32  #: samples of a micro-batch
    micro_batch_bytes: int = 8 * 2**20  #: of a batch where it is largest: from there it is split
    compilation_units: int = 8  #: convolutions from which a network is compiled in units

    graph_of_one: int = 2**23  #: multiply-adds of one sample up to which C runs a captured graph
    graph: int = 2**22  #: the same for a size of batch that there is a program for
    graph_padded: int = 2**25  #: the same for other sizes, which a program takes among zeros
    graph_batch: int = 64  #: samples of a batch of one core's graph, at most
    graph_batch_bytes: int = 2**19  #: of it where it is largest: it stays in a core's cache
    predict_batch_bytes: int = 8 * 2**20  #: of a program's batch where it is largest
    staging_bytes: int = 8 * 2**20  #: of a staging buffer: it stays in the last cache
    stream_patience: tuple[float, float] = (0.0003, 0.002)  #: seconds a program waits for more
    look_seconds: tuple[float, float] = (0.4, 0.1)  #: between looks at a fit; where it is shown
    predict_call_bytes: int = 8 * 2**20  #: of input in a call for many batches


#: Two cores of Zen 4 with AVX-512; other kinds of machines were not measured yet.
ZEN4 = Costs()


def _of_this_machine() -> Costs:
    """The record of the file that LURNET_COSTS names, or the nearest known one."""
    path = os.environ.get("LURNET_COSTS")
    return replace(ZEN4, **json.loads(Path(path).read_text())) if path else ZEN4


_in_force = [_of_this_machine()]


def costs() -> Costs:
    """The record in force.

    >>> costs().micro_batch
    32
    """
    return _in_force[-1]


@contextmanager
def using(**changes: Any) -> Iterator[None]:
    """Meanwhile some thresholds are others.

    >>> with using(micro_batch=8):
    ...     costs().micro_batch
    8
    """
    _in_force.append(replace(costs(), **changes))
    try:
        yield
    finally:
        _in_force.pop()
