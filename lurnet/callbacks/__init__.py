"""Callbacks: listen to training, testing and predicting."""

from lurnet.callbacks.backup_and_restore import BackupAndRestore as BackupAndRestore
from lurnet.callbacks.base import Callback as Callback
from lurnet.callbacks.csv_logger import CSVLogger as CSVLogger
from lurnet.callbacks.early_stopping import EarlyStopping as EarlyStopping
from lurnet.callbacks.gradient_recorder import GradientRecorder as GradientRecorder
from lurnet.callbacks.history import History as History
from lurnet.callbacks.lambda_callback import LambdaCallback as LambdaCallback
from lurnet.callbacks.lr_scheduler import LearningRateScheduler as LearningRateScheduler
from lurnet.callbacks.model_checkpoint import ModelCheckpoint as ModelCheckpoint
from lurnet.callbacks.progress import ProgbarLogger as ProgbarLogger
from lurnet.callbacks.reduce_lr import ReduceLROnPlateau as ReduceLROnPlateau
from lurnet.callbacks.remote_monitor import RemoteMonitor as RemoteMonitor
from lurnet.callbacks.standard import CallbackList as CallbackList
from lurnet.callbacks.swap_ema_weights import SwapEMAWeights as SwapEMAWeights
from lurnet.callbacks.tensorboard import TensorBoard as TensorBoard
from lurnet.callbacks.terminate_on_nan import TerminateOnNaN as TerminateOnNaN
