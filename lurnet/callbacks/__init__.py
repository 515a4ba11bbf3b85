"""Callbacks: listen to training, testing and predicting."""

from lurnet.callbacks.backup_and_restore import *
from lurnet.callbacks.base import *
from lurnet.callbacks.csv_logger import *
from lurnet.callbacks.early_stopping import *
from lurnet.callbacks.gradient_recorder import *
from lurnet.callbacks.history import *
from lurnet.callbacks.lambda_callback import *
from lurnet.callbacks.lr_scheduler import *
from lurnet.callbacks.model_checkpoint import *
from lurnet.callbacks.progress import *
from lurnet.callbacks.reduce_lr import *
from lurnet.callbacks.remote_monitor import *
from lurnet.callbacks.standard import *
from lurnet.callbacks.swap_ema_weights import *
from lurnet.callbacks.tensorboard import *
from lurnet.callbacks.terminate_on_nan import *
