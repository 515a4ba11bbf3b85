"""Functions of images: the table of contents."""

from lurnet.ops.image.color import *
from lurnet.ops.image.filtering import *
from lurnet.ops.image.resizing import *
from lurnet.ops.image.warping import *
