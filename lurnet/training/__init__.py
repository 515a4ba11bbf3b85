"""Training: one compiled loop, and the host that drives it.

A step of training, file by file, in the order in which it happens:

1. ``trainer``: ``Model.fit`` and its arguments.
2. ``data/given``, ``data/arrays``: the data, checked, as arrays with an order for each epoch.
3. ``epochs``: the model is built and the data compared with it; epochs, callbacks, validation.
4. ``session``: what is known of the model already: programs, variables, names.
5. ``runner``: how many steps until the host looks, and the samples that they read.
6. ``steps``: the program for these steps, and the variables' arrays, which it is given for good.
7. ``device_loop``: the loop that is compiled (``program`` compiles and shares it).
8. ``step``: one step in it: outputs, loss, gradients, update, metrics.
9. ``compiled``, ``losses``: the loss and the metrics that ``compile`` has chosen.
10. ``optimizers/base``: the update; its kernels, and those of the layers, are in C.
"""
