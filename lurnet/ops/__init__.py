"""Functions of tensors: the table of contents."""

from lurnet.ops import image as image
from lurnet.ops import linalg as linalg
from lurnet.ops import nn as nn
from lurnet.ops import numpy as numpy
from lurnet.ops import operators as _operators  # noqa: F401
from lurnet.ops.activation import *
from lurnet.ops.arithmetic import *
from lurnet.ops.attention import *
from lurnet.ops.control import *
from lurnet.ops.convolution import *
from lurnet.ops.core import *
from lurnet.ops.creation import *
from lurnet.ops.crossentropy import *
from lurnet.ops.ctc import *
from lurnet.ops.folding import *
from lurnet.ops.indexing import *
from lurnet.ops.joining import *
from lurnet.ops.linalg import *
from lurnet.ops.linear import *
from lurnet.ops.logic import *
from lurnet.ops.normalization import *
from lurnet.ops.ordering import *
from lurnet.ops.rearranging import *
from lurnet.ops.reductions import *
from lurnet.ops.segments import *
from lurnet.ops.shapes import *
from lurnet.ops.signal import *
from lurnet.ops.slicing import *
from lurnet.ops.special import *
from lurnet.ops.statistics import *
from lurnet.ops.transcendental import *
