"""Outputs without training: ``predict``, ``evaluate`` and what looks at a model's inside.

``predict.py`` cuts the data into pieces, ``predictor.py`` gives each to the first executor that
takes it:

| executor | takes | file |
|---|---|---|
| latency path | few samples of a shape that comes often: a captured graph | `latency.py` |
| throughput path | many samples: captured graphs, one on each core | `throughput.py` |
| compiled program | what XLA compiles | `compiled.py` |
| eager | everything | `eager.py` |

A captured graph (`captured.py`) is the kernels that a network's outputs consist of, found in its
program; `instance.py` runs it. `batches.py` runs a function of a model over arrays, for
`activations.py`, `monte_carlo.py` and `lurnet.explain`.
"""
