"""The functions for networks under one name, ``ops.nn``: the table of contents."""

from lurnet.ops.activation import *
from lurnet.ops.attention import *
from lurnet.ops.convolution import *
from lurnet.ops.crossentropy import *
from lurnet.ops.ctc import *
from lurnet.ops.folding import *
from lurnet.ops.normalization import *
from lurnet.ops.signal import polar as polar
