"""Pictures of training and of what a network has learned, as matplotlib figures.

Every function returns a figure that can be changed further; those that draw one picture take
``ax=`` to draw into axes of your own. ``save(figure, path)`` writes PNG, SVG or PDF.
"""

from lurnet.plots.activations import activations as activations
from lurnet.plots.bands import bands as bands
from lurnet.plots.boundary import decision_boundary as decision_boundary
from lurnet.plots.confusion import confusion as confusion
from lurnet.plots.confusion import confusion_matrix as confusion_matrix
from lurnet.plots.diagram import model as model
from lurnet.plots.error_bars import error_bar_panels as error_bar_panels
from lurnet.plots.error_bars import error_bars as error_bars
from lurnet.plots.explanations import grad_cam as grad_cam
from lurnet.plots.explanations import integrated_gradients as integrated_gradients
from lurnet.plots.explanations import occlusion as occlusion
from lurnet.plots.explanations import saliency as saliency
from lurnet.plots.filters import filters as filters
from lurnet.plots.history import history as history
from lurnet.plots.images import reconstructions as reconstructions
from lurnet.plots.images import top_losses as top_losses
from lurnet.plots.style import save as save
from lurnet.plots.training import gradients as gradients
from lurnet.plots.training import learning_rate as learning_rate
from lurnet.plots.training import weights as weights
