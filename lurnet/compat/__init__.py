"""The names of Keras and of ``tensorflow.keras`` for old programs.

``import lurnet.compat`` makes ``import keras`` and ``from tensorflow import keras`` give lurnet in
the running interpreter, for notebooks; ``lurnet run program.py`` does it for a whole program.
"""

from lurnet.compat.names import install as install
from lurnet.compat.names import uninstall as uninstall

install()
