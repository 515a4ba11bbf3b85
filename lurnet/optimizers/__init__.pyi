"""Written by scripts/stubs: constructors, as checkers and editors cannot find them out."""

from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
from lurnet.core.registry import Registry
from lurnet.core.types import Int
from lurnet.core.types import Real
from lurnet.core.types import SupportsArray
from lurnet.optimizers import schedules as schedules
from lurnet.optimizers.adadelta import Adadelta as _Adadelta
from lurnet.optimizers.adafactor import Adafactor as _Adafactor
from lurnet.optimizers.adagrad import Adagrad as _Adagrad
from lurnet.optimizers.adam import Adam as _Adam
from lurnet.optimizers.adam import AdamW as _AdamW
from lurnet.optimizers.adamax import Adamax as _Adamax
from lurnet.optimizers.base import Optimizer as Optimizer
from lurnet.optimizers.ftrl import Ftrl as _Ftrl
from lurnet.optimizers.lamb import Lamb as _Lamb
from lurnet.optimizers.lion import Lion as _Lion
from lurnet.optimizers.loss_scale import LossScaleOptimizer as LossScaleOptimizer
from lurnet.optimizers.multi import MultiOptimizer as MultiOptimizer
from lurnet.optimizers.multi import OptimizerMap as OptimizerMap
from lurnet.optimizers.muon import Muon as _Muon
from lurnet.optimizers.nadam import Nadam as _Nadam
from lurnet.optimizers.rmsprop import RMSprop as _RMSprop
from lurnet.optimizers.schedule_free import ScheduleFreeAdamW as _ScheduleFreeAdamW
from lurnet.optimizers.schedules import LearningRateSchedule
from lurnet.optimizers.sgd import SGD as _SGD
from typing import Any

class Adadelta(_Adadelta):
    def __init__(self, learning_rate: Real | LearningRateSchedule | Callable[[], Any] | Mapping[str, Any] | SupportsArray = 0.001, rho: Real = 0.95, epsilon: Real = 1e-07, weight_decay: Real | None = None, clipnorm: Real | None = None, clipvalue: Real | None = None, global_clipnorm: Real | None = None, use_ema: bool = False, ema_momentum: Real = 0.99, ema_overwrite_frequency: Int | None = None, loss_scale_factor: Real | None = None, gradient_accumulation_steps: Int | None = None, name: str | None = None) -> None: ...
class Adafactor(_Adafactor):
    def __init__(self, learning_rate: Real | LearningRateSchedule | Callable[[], Any] | Mapping[str, Any] | SupportsArray = 0.001, beta_2_decay: Real = -0.8, epsilon_1: Real = 1e-30, epsilon_2: Real = 0.001, clip_threshold: Real = 1.0, relative_step: bool = True, weight_decay: Real | None = None, clipnorm: Real | None = None, clipvalue: Real | None = None, global_clipnorm: Real | None = None, use_ema: bool = False, ema_momentum: Real = 0.99, ema_overwrite_frequency: Int | None = None, loss_scale_factor: Real | None = None, gradient_accumulation_steps: Int | None = None, name: str | None = None) -> None: ...
class Adagrad(_Adagrad):
    def __init__(self, learning_rate: Real | LearningRateSchedule | Callable[[], Any] | Mapping[str, Any] | SupportsArray = 0.001, initial_accumulator_value: Real = 0.1, epsilon: Real = 1e-07, weight_decay: Real | None = None, clipnorm: Real | None = None, clipvalue: Real | None = None, global_clipnorm: Real | None = None, use_ema: bool = False, ema_momentum: Real = 0.99, ema_overwrite_frequency: Int | None = None, loss_scale_factor: Real | None = None, gradient_accumulation_steps: Int | None = None, name: str | None = None) -> None: ...
class Adamax(_Adamax):
    def __init__(self, learning_rate: Real | LearningRateSchedule | Callable[[], Any] | Mapping[str, Any] | SupportsArray = 0.001, beta_1: Real = 0.9, beta_2: Real = 0.999, epsilon: Real = 1e-07, weight_decay: Real | None = None, clipnorm: Real | None = None, clipvalue: Real | None = None, global_clipnorm: Real | None = None, use_ema: bool = False, ema_momentum: Real = 0.99, ema_overwrite_frequency: Int | None = None, loss_scale_factor: Real | None = None, gradient_accumulation_steps: Int | None = None, name: str | None = None) -> None: ...
class Ftrl(_Ftrl):
    def __init__(self, learning_rate: Real | LearningRateSchedule | Callable[[], Any] | Mapping[str, Any] | SupportsArray = 0.001, learning_rate_power: Real = -0.5, initial_accumulator_value: Real = 0.1, l1_regularization_strength: Real = 0.0, l2_regularization_strength: Real = 0.0, l2_shrinkage_regularization_strength: Real = 0.0, beta: Real = 0.0, weight_decay: Real | None = None, clipnorm: Real | None = None, clipvalue: Real | None = None, global_clipnorm: Real | None = None, use_ema: bool = False, ema_momentum: Real = 0.99, ema_overwrite_frequency: Int | None = None, loss_scale_factor: Real | None = None, gradient_accumulation_steps: Int | None = None, name: str | None = None) -> None: ...
class Lamb(_Lamb):
    def __init__(self, learning_rate: Real | LearningRateSchedule | Callable[[], Any] | Mapping[str, Any] | SupportsArray = 0.001, beta_1: Real = 0.9, beta_2: Real = 0.999, epsilon: Real = 1e-07, weight_decay: Real | None = None, clipnorm: Real | None = None, clipvalue: Real | None = None, global_clipnorm: Real | None = None, use_ema: bool = False, ema_momentum: Real = 0.99, ema_overwrite_frequency: Int | None = None, loss_scale_factor: Real | None = None, gradient_accumulation_steps: Int | None = None, name: str | None = None) -> None: ...
class Lion(_Lion):
    def __init__(self, learning_rate: Real | LearningRateSchedule | Callable[[], Any] | Mapping[str, Any] | SupportsArray = 0.001, beta_1: Real = 0.9, beta_2: Real = 0.99, weight_decay: Real | None = None, clipnorm: Real | None = None, clipvalue: Real | None = None, global_clipnorm: Real | None = None, use_ema: bool = False, ema_momentum: Real = 0.99, ema_overwrite_frequency: Int | None = None, loss_scale_factor: Real | None = None, gradient_accumulation_steps: Int | None = None, name: str | None = None) -> None: ...
class Muon(_Muon):
    def __init__(self, learning_rate: Real | LearningRateSchedule | Callable[[], Any] | Mapping[str, Any] | SupportsArray = 0.001, adam_beta_1: Real = 0.9, adam_beta_2: Real = 0.999, adam_weight_decay: Real | None = 0.004, epsilon: Real = 1e-07, weight_decay: Real | None = 0.004, clipnorm: Real | None = None, clipvalue: Real | None = None, global_clipnorm: Real | None = None, use_ema: bool = False, ema_momentum: Real = 0.99, ema_overwrite_frequency: Int | None = None, loss_scale_factor: Real | None = None, gradient_accumulation_steps: Int | None = None, name: str | None = None, exclude_layers: Sequence[str] | None = None, exclude_embeddings: bool = True, muon_a: Real = 3.4445, muon_b: Real = -4.775, muon_c: Real = 2.0315, adam_lr_ratio: Real = 1, momentum: Real = 0.95, ns_steps: Int = 5, nesterov: bool = True, rms_rate: Real | None = 0.2) -> None: ...
class Nadam(_Nadam):
    def __init__(self, learning_rate: Real | LearningRateSchedule | Callable[[], Any] | Mapping[str, Any] | SupportsArray = 0.001, beta_1: Real = 0.9, beta_2: Real = 0.999, epsilon: Real = 1e-07, weight_decay: Real | None = None, clipnorm: Real | None = None, clipvalue: Real | None = None, global_clipnorm: Real | None = None, use_ema: bool = False, ema_momentum: Real = 0.99, ema_overwrite_frequency: Int | None = None, loss_scale_factor: Real | None = None, gradient_accumulation_steps: Int | None = None, name: str | None = None) -> None: ...
class ScheduleFreeAdamW(_ScheduleFreeAdamW):
    def __init__(self, learning_rate: Real | LearningRateSchedule | Callable[[], Any] | Mapping[str, Any] | SupportsArray = 0.0025, beta_1: Real = 0.9, beta_2: Real = 0.999, epsilon: Real = 1e-08, warmup_steps: Int = 0, weight_decay: Real | None = None, clipnorm: Real | None = None, clipvalue: Real | None = None, global_clipnorm: Real | None = None, use_ema: bool = False, ema_momentum: Real = 0.99, ema_overwrite_frequency: Int | None = None, loss_scale_factor: Real | None = None, gradient_accumulation_steps: Int | None = None, name: str | None = None) -> None: ...
class Adam(_Adam):
    def __init__(self, learning_rate: Real | LearningRateSchedule | Callable[[], Any] | Mapping[str, Any] | SupportsArray = 0.001, beta_1: Real = 0.9, beta_2: Real = 0.999, epsilon: Real = 1e-07, amsgrad: bool = False, weight_decay: Real | None = None, clipnorm: Real | None = None, clipvalue: Real | None = None, global_clipnorm: Real | None = None, use_ema: bool = False, ema_momentum: Real = 0.99, ema_overwrite_frequency: Int | None = None, loss_scale_factor: Real | None = None, gradient_accumulation_steps: Int | None = None, name: str | None = None) -> None: ...
class RMSprop(_RMSprop):
    def __init__(self, learning_rate: Real | LearningRateSchedule | Callable[[], Any] | Mapping[str, Any] | SupportsArray = 0.001, rho: Real = 0.9, momentum: Real = 0.0, epsilon: Real = 1e-07, centered: bool = False, weight_decay: Real | None = None, clipnorm: Real | None = None, clipvalue: Real | None = None, global_clipnorm: Real | None = None, use_ema: bool = False, ema_momentum: Real = 0.99, ema_overwrite_frequency: Int | None = None, loss_scale_factor: Real | None = None, gradient_accumulation_steps: Int | None = None, name: str | None = None) -> None: ...
class SGD(_SGD):
    def __init__(self, learning_rate: Real | LearningRateSchedule | Callable[[], Any] | Mapping[str, Any] | SupportsArray = 0.01, momentum: Real = 0.0, nesterov: bool = False, weight_decay: Real | None = None, clipnorm: Real | None = None, clipvalue: Real | None = None, global_clipnorm: Real | None = None, use_ema: bool = False, ema_momentum: Real = 0.99, ema_overwrite_frequency: Int | None = None, loss_scale_factor: Real | None = None, gradient_accumulation_steps: Int | None = None, name: str | None = None) -> None: ...
class AdamW(_AdamW, Adam):
    def __init__(self, learning_rate: Real | LearningRateSchedule | Callable[[], Any] | Mapping[str, Any] | SupportsArray = 0.001, weight_decay: Real | None = 0.004, beta_1: Real = 0.9, beta_2: Real = 0.999, epsilon: Real = 1e-07, amsgrad: bool = False, clipnorm: Real | None = None, clipvalue: Real | None = None, global_clipnorm: Real | None = None, use_ema: bool = False, ema_momentum: Real = 0.99, ema_overwrite_frequency: Int | None = None, loss_scale_factor: Real | None = None, gradient_accumulation_steps: Int | None = None, name: str | None = None) -> None: ...
def deserialize(config: Any, custom_objects: Mapping | None = None) -> Any: ...
def get(identifier: Any, *_: Any) -> Any: ...
registry: Registry
def serialize(value: Any) -> Any: ...
