"""The functions that NumPy has too, under one name, ``ops.numpy``: the table of contents."""

from lurnet.ops.arithmetic import *
from lurnet.ops.control import vectorize as vectorize
from lurnet.ops.creation import *
from lurnet.ops.indexing import *
from lurnet.ops.joining import *
from lurnet.ops.linalg import slogdet as slogdet
from lurnet.ops.linear import *
from lurnet.ops.logic import *
from lurnet.ops.ordering import *
from lurnet.ops.reductions import *
from lurnet.ops.shapes import *
from lurnet.ops.statistics import *
from lurnet.ops.transcendental import *
