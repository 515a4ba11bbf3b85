"""Optimizers: what turns gradients into new weights."""

from lurnet.optimizers import schedules as schedules
from lurnet.optimizers.adadelta import *
from lurnet.optimizers.adafactor import *
from lurnet.optimizers.adagrad import *
from lurnet.optimizers.adam import *
from lurnet.optimizers.adamax import *
from lurnet.optimizers.base import *
from lurnet.optimizers.ftrl import *
from lurnet.optimizers.lamb import *
from lurnet.optimizers.lion import *
from lurnet.optimizers.loss_scale import *
from lurnet.optimizers.multi import *
from lurnet.optimizers.muon import *
from lurnet.optimizers.nadam import *
from lurnet.optimizers.registry import *
from lurnet.optimizers.rmsprop import *
from lurnet.optimizers.schedule_free import *
from lurnet.optimizers.sgd import *

registry.collect(globals(), Optimizer)
