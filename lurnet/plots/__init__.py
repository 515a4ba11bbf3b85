"""Pictures of training and of what a network has learned, as matplotlib figures."""

from lurnet.plots.confusion import confusion as confusion
from lurnet.plots.confusion import confusion_matrix as confusion_matrix
from lurnet.plots.features import features as features
from lurnet.plots.history import history as history
