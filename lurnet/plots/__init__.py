"""Pictures of training and of what a network has learned, as matplotlib figures.

Every function returns a figure that can be changed further; those that draw one picture take
``ax=`` to draw into axes of your own. ``save(figure, path)`` writes PNG, SVG or PDF.
"""

from lurnet.plots.activations import *
from lurnet.plots.bands import *
from lurnet.plots.boundary import *
from lurnet.plots.confusion import *
from lurnet.plots.diagram import *
from lurnet.plots.error_bars import *
from lurnet.plots.explanations import *
from lurnet.plots.filters import *
from lurnet.plots.history import *
from lurnet.plots.images import *
from lurnet.plots.style import *
from lurnet.plots.training import *
