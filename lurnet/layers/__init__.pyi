"""Written by scripts/stubs: constructors, as checkers and editors cannot find them out."""

from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
from lurnet.core.registry import Registry
from lurnet.core.types import DTypeLike
from lurnet.core.types import Int
from lurnet.core.types import Named
from lurnet.core.types import NamedFunction
from lurnet.core.types import Real
from lurnet.core.types import TensorLike
from lurnet.layers.activation import Activation as _Activation
from lurnet.layers.activation import ELU as _ELU
from lurnet.layers.activation import LeakyReLU as _LeakyReLU
from lurnet.layers.activation import PReLU as _PReLU
from lurnet.layers.activation import ReLU as _ReLU
from lurnet.layers.activation import Softmax as _Softmax
from lurnet.layers.adaptive_pool import AdaptiveAveragePooling1D as _AdaptiveAveragePooling1D
from lurnet.layers.adaptive_pool import AdaptiveAveragePooling2D as _AdaptiveAveragePooling2D
from lurnet.layers.adaptive_pool import AdaptiveAveragePooling3D as _AdaptiveAveragePooling3D
from lurnet.layers.adaptive_pool import AdaptiveMaxPooling1D as _AdaptiveMaxPooling1D
from lurnet.layers.adaptive_pool import AdaptiveMaxPooling2D as _AdaptiveMaxPooling2D
from lurnet.layers.adaptive_pool import AdaptiveMaxPooling3D as _AdaptiveMaxPooling3D
from lurnet.layers.attention import AdditiveAttention as _AdditiveAttention
from lurnet.layers.attention import Attention as _Attention
from lurnet.layers.base import Layer as Layer
from lurnet.layers.conv import Conv1D as _Conv1D
from lurnet.layers.conv import Conv2D as _Conv2D
from lurnet.layers.conv import Conv3D as _Conv3D
from lurnet.layers.conv_transpose import Conv1DTranspose as _Conv1DTranspose
from lurnet.layers.conv_transpose import Conv2DTranspose as _Conv2DTranspose
from lurnet.layers.conv_transpose import Conv3DTranspose as _Conv3DTranspose
from lurnet.layers.dense import Dense as _Dense
from lurnet.layers.depthwise_conv import DepthwiseConv1D as _DepthwiseConv1D
from lurnet.layers.depthwise_conv import DepthwiseConv2D as _DepthwiseConv2D
from lurnet.layers.dropout import AlphaDropout as _AlphaDropout
from lurnet.layers.dropout import Dropout as _Dropout
from lurnet.layers.dropout import GaussianDropout as _GaussianDropout
from lurnet.layers.dropout import SpatialDropout1D as _SpatialDropout1D
from lurnet.layers.dropout import SpatialDropout2D as _SpatialDropout2D
from lurnet.layers.dropout import SpatialDropout3D as _SpatialDropout3D
from lurnet.layers.einsum_dense import EinsumDense as _EinsumDense
from lurnet.layers.embedding import Embedding as _Embedding
from lurnet.layers.global_pool import GlobalAveragePooling1D as _GlobalAveragePooling1D
from lurnet.layers.global_pool import GlobalAveragePooling2D as _GlobalAveragePooling2D
from lurnet.layers.global_pool import GlobalAveragePooling3D as _GlobalAveragePooling3D
from lurnet.layers.global_pool import GlobalMaxPooling1D as _GlobalMaxPooling1D
from lurnet.layers.global_pool import GlobalMaxPooling2D as _GlobalMaxPooling2D
from lurnet.layers.global_pool import GlobalMaxPooling3D as _GlobalMaxPooling3D
from lurnet.layers.input_layer import Input as Input
from lurnet.layers.input_layer import InputLayer as InputLayer
from lurnet.layers.input_spec import InputSpec as InputSpec
from lurnet.layers.masking import Masking as _Masking
from lurnet.layers.merge import Add as _Add
from lurnet.layers.merge import Average as _Average
from lurnet.layers.merge import Concatenate as _Concatenate
from lurnet.layers.merge import Dot as _Dot
from lurnet.layers.merge import Maximum as _Maximum
from lurnet.layers.merge import Minimum as _Minimum
from lurnet.layers.merge import Multiply as _Multiply
from lurnet.layers.merge import Subtract as _Subtract
from lurnet.layers.merge import add as add
from lurnet.layers.merge import average as average
from lurnet.layers.merge import concatenate as concatenate
from lurnet.layers.merge import dot as dot
from lurnet.layers.merge import maximum as maximum
from lurnet.layers.merge import minimum as minimum
from lurnet.layers.merge import multiply as multiply
from lurnet.layers.merge import subtract as subtract
from lurnet.layers.misc import ActivityRegularization as _ActivityRegularization
from lurnet.layers.misc import Identity as _Identity
from lurnet.layers.misc import Lambda as _Lambda
from lurnet.layers.multi_head_attention import GroupQueryAttention as _GroupQueryAttention
from lurnet.layers.multi_head_attention import MultiHeadAttention as _MultiHeadAttention
from lurnet.layers.noise import GaussianNoise as _GaussianNoise
from lurnet.layers.norm import BatchNormalization as _BatchNormalization
from lurnet.layers.norm import GroupNormalization as _GroupNormalization
from lurnet.layers.norm import LayerNormalization as _LayerNormalization
from lurnet.layers.norm import RMSNormalization as _RMSNormalization
from lurnet.layers.norm import UnitNormalization as _UnitNormalization
from lurnet.layers.old_arguments import FirstInput
from lurnet.layers.old_arguments import FlatInput
from lurnet.layers.padding import Cropping1D as _Cropping1D
from lurnet.layers.padding import Cropping2D as _Cropping2D
from lurnet.layers.padding import Cropping3D as _Cropping3D
from lurnet.layers.padding import ZeroPadding1D as _ZeroPadding1D
from lurnet.layers.padding import ZeroPadding2D as _ZeroPadding2D
from lurnet.layers.padding import ZeroPadding3D as _ZeroPadding3D
from lurnet.layers.pool import AveragePooling1D as _AveragePooling1D
from lurnet.layers.pool import AveragePooling2D as _AveragePooling2D
from lurnet.layers.pool import AveragePooling3D as _AveragePooling3D
from lurnet.layers.pool import MaxPooling1D as _MaxPooling1D
from lurnet.layers.pool import MaxPooling2D as _MaxPooling2D
from lurnet.layers.pool import MaxPooling3D as _MaxPooling3D
from lurnet.layers.preprocessing.category import CategoryEncoding as _CategoryEncoding
from lurnet.layers.preprocessing.category import Discretization as _Discretization
from lurnet.layers.preprocessing.color import RandomColorDegeneration as _RandomColorDegeneration
from lurnet.layers.preprocessing.color import RandomColorJitter as _RandomColorJitter
from lurnet.layers.preprocessing.color import RandomGrayscale as _RandomGrayscale
from lurnet.layers.preprocessing.color import RandomHue as _RandomHue
from lurnet.layers.preprocessing.color import RandomSaturation as _RandomSaturation
from lurnet.layers.preprocessing.crop import CenterCrop as _CenterCrop
from lurnet.layers.preprocessing.crop import RandomCrop as _RandomCrop
from lurnet.layers.preprocessing.crop import Resizing as _Resizing
from lurnet.layers.preprocessing.geometry import RandomFlip as _RandomFlip
from lurnet.layers.preprocessing.geometry import RandomRotation as _RandomRotation
from lurnet.layers.preprocessing.geometry import RandomTranslation as _RandomTranslation
from lurnet.layers.preprocessing.geometry import RandomZoom as _RandomZoom
from lurnet.layers.preprocessing.hashing import HashedCrossing as _HashedCrossing
from lurnet.layers.preprocessing.hashing import Hashing as _Hashing
from lurnet.layers.preprocessing.histogram import ContrastLimitedAdaptiveHistogramEqualization as _ContrastLimitedAdaptiveHistogramEqualization
from lurnet.layers.preprocessing.histogram import Equalization as _Equalization
from lurnet.layers.preprocessing.light import RandomBrightness as _RandomBrightness
from lurnet.layers.preprocessing.light import RandomContrast as _RandomContrast
from lurnet.layers.preprocessing.lookup import IntegerLookup as _IntegerLookup
from lurnet.layers.preprocessing.lookup import StringLookup as _StringLookup
from lurnet.layers.preprocessing.mix import CutMix as _CutMix
from lurnet.layers.preprocessing.mix import MixUp as _MixUp
from lurnet.layers.preprocessing.mix import RandomErasing as _RandomErasing
from lurnet.layers.preprocessing.pipeline import MaxNumBoundingBoxes as _MaxNumBoundingBoxes
from lurnet.layers.preprocessing.pipeline import Pipeline as _Pipeline
from lurnet.layers.preprocessing.policy import AugMix as _AugMix
from lurnet.layers.preprocessing.policy import RandAugment as _RandAugment
from lurnet.layers.preprocessing.scaling import Normalization as _Normalization
from lurnet.layers.preprocessing.scaling import Rescaling as _Rescaling
from lurnet.layers.preprocessing.text import TextVectorization as _TextVectorization
from lurnet.layers.preprocessing.tone import AutoContrast as _AutoContrast
from lurnet.layers.preprocessing.tone import RandomGaussianBlur as _RandomGaussianBlur
from lurnet.layers.preprocessing.tone import RandomInvert as _RandomInvert
from lurnet.layers.preprocessing.tone import RandomPosterization as _RandomPosterization
from lurnet.layers.preprocessing.tone import RandomSharpness as _RandomSharpness
from lurnet.layers.preprocessing.tone import Solarization as _Solarization
from lurnet.layers.preprocessing.warp import RandomElasticTransform as _RandomElasticTransform
from lurnet.layers.preprocessing.warp import RandomPerspective as _RandomPerspective
from lurnet.layers.preprocessing.warp import RandomShear as _RandomShear
from lurnet.layers.reshape import Flatten as _Flatten
from lurnet.layers.reshape import Permute as _Permute
from lurnet.layers.reshape import RepeatVector as _RepeatVector
from lurnet.layers.reshape import Reshape as _Reshape
from lurnet.layers.rnn.base import RNN as RNN
from lurnet.layers.rnn.bidirectional import Bidirectional as Bidirectional
from lurnet.layers.rnn.conv_lstm import ConvLSTM1D as _ConvLSTM1D
from lurnet.layers.rnn.conv_lstm import ConvLSTM2D as _ConvLSTM2D
from lurnet.layers.rnn.conv_lstm import ConvLSTM3D as _ConvLSTM3D
from lurnet.layers.rnn.gru import GRU as _GRU
from lurnet.layers.rnn.gru import GRUCell as _GRUCell
from lurnet.layers.rnn.lstm import LSTM as _LSTM
from lurnet.layers.rnn.lstm import LSTMCell as _LSTMCell
from lurnet.layers.rnn.simple_rnn import SimpleRNN as _SimpleRNN
from lurnet.layers.rnn.simple_rnn import SimpleRNNCell as _SimpleRNNCell
from lurnet.layers.rnn.stacked import StackedRNNCells as _StackedRNNCells
from lurnet.layers.rnn.time_distributed import TimeDistributed as _TimeDistributed
from lurnet.layers.separable_conv import SeparableConv1D as _SeparableConv1D
from lurnet.layers.separable_conv import SeparableConv2D as _SeparableConv2D
from lurnet.layers.spectral_norm import SpectralNormalization as _SpectralNormalization
from lurnet.layers.upsampling import UpSampling1D as _UpSampling1D
from lurnet.layers.upsampling import UpSampling2D as _UpSampling2D
from lurnet.layers.upsampling import UpSampling3D as _UpSampling3D
from lurnet.layers.wrapper import Wrapper as _Wrapper
from pathlib import Path
from typing import Any
from typing import Literal
from typing import Unpack

class Activation(_Activation):
    def __init__(self, activation: NamedFunction | None, activity_regularizer: NamedFunction | None = None, *, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, name: str | None = None, **first_input: Unpack[FlatInput]) -> None: ...
class ActivityRegularization(_ActivityRegularization):
    def __init__(self, l1: Real = 0.0, l2: Real = 0.0, activity_regularizer: NamedFunction | None = None, *, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, name: str | None = None, **first_input: Unpack[FlatInput]) -> None: ...
class CategoryEncoding(_CategoryEncoding):
    def __init__(self, num_tokens: Int, output_mode: Literal['one_hot', 'multi_hot', 'count'] = 'multi_hot', sparse: bool = False, activity_regularizer: NamedFunction | None = None, *, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, name: str | None = None, **first_input: Unpack[FlatInput]) -> None: ...
class Discretization(_Discretization):
    def __init__(self, bin_boundaries: TensorLike | None = None, num_bins: Int | None = None, epsilon: Real = 0.01, output_mode: Literal['int', 'one_hot', 'multi_hot', 'count'] = 'int', sparse: bool = False, activity_regularizer: NamedFunction | None = None, *, dtype: DTypeLike | None = None, name: str | None = None, trainable: bool = True, autocast: bool = True, **first_input: Unpack[FlatInput]) -> None: ...
class ELU(_ELU):
    def __init__(self, alpha: Real = 1.0, activity_regularizer: NamedFunction | None = None, *, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, name: str | None = None, **first_input: Unpack[FlatInput]) -> None: ...
class Flatten(_Flatten):
    def __init__(self, data_format: Literal['channels_last', 'channels_first'] | None = None, activity_regularizer: NamedFunction | None = None, *, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, name: str | None = None, **first_input: Unpack[FlatInput]) -> None: ...
class GaussianNoise(_GaussianNoise):
    def __init__(self, stddev: Real, seed: Int | None = None, activity_regularizer: NamedFunction | None = None, *, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, name: str | None = None, **first_input: Unpack[FlatInput]) -> None: ...
class Identity(_Identity):
    def __init__(self, activity_regularizer: NamedFunction | None = None, *, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, name: str | None = None, **first_input: Unpack[FlatInput]) -> None: ...
class Lambda(_Lambda):
    def __init__(self, function: Callable[..., Any] | Mapping[str, Any], output_shape: Callable[..., Any] | Sequence[Int | None] | None = None, mask: Any = None, arguments: Any = None, activity_regularizer: NamedFunction | None = None, *, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, name: str | None = None, **first_input: Unpack[FlatInput]) -> None: ...
class LeakyReLU(_LeakyReLU):
    def __init__(self, negative_slope: Real = 0.3, activity_regularizer: NamedFunction | None = None, *, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, name: str | None = None, **first_input: Unpack[FlatInput]) -> None: ...
class Masking(_Masking):
    def __init__(self, mask_value: Real = 0.0, activity_regularizer: NamedFunction | None = None, *, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, name: str | None = None, **first_input: Unpack[FlatInput]) -> None: ...
class Normalization(_Normalization):
    def __init__(self, axis: Any = -1, mean: TensorLike | None = None, variance: TensorLike | None = None, invert: bool = False, activity_regularizer: NamedFunction | None = None, *, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, name: str | None = None, **first_input: Unpack[FlatInput]) -> None: ...
class Permute(_Permute):
    def __init__(self, dims: Int | Sequence[Int], activity_regularizer: NamedFunction | None = None, *, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, name: str | None = None, **first_input: Unpack[FlatInput]) -> None: ...
class Pipeline(_Pipeline):
    def __init__(self, layers: Any, activity_regularizer: NamedFunction | None = None, *, name: str | None = None, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, **first_input: Unpack[FlatInput]) -> None: ...
class RMSNormalization(_RMSNormalization):
    def __init__(self, axis: Int | Sequence[Int] = -1, epsilon: Real = 1e-06, activity_regularizer: NamedFunction | None = None, *, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, name: str | None = None, **first_input: Unpack[FlatInput]) -> None: ...
class ReLU(_ReLU):
    def __init__(self, max_value: Real | None = None, negative_slope: Real = 0.0, threshold: Real = 0.0, activity_regularizer: NamedFunction | None = None, *, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, name: str | None = None, **first_input: Unpack[FlatInput]) -> None: ...
class RepeatVector(_RepeatVector):
    def __init__(self, n: Int, activity_regularizer: NamedFunction | None = None, *, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, name: str | None = None, **first_input: Unpack[FlatInput]) -> None: ...
class Rescaling(_Rescaling):
    def __init__(self, scale: TensorLike, offset: TensorLike = 0.0, activity_regularizer: NamedFunction | None = None, *, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, name: str | None = None, **first_input: Unpack[FlatInput]) -> None: ...
class Reshape(_Reshape):
    def __init__(self, target_shape: Int | Sequence[Int], activity_regularizer: NamedFunction | None = None, *, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, name: str | None = None, **first_input: Unpack[FlatInput]) -> None: ...
class Softmax(_Softmax):
    def __init__(self, axis: Int | Sequence[Int] = -1, activity_regularizer: NamedFunction | None = None, *, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, name: str | None = None, **first_input: Unpack[FlatInput]) -> None: ...
class StackedRNNCells(_StackedRNNCells):
    def __init__(self, cells: Sequence[Any], activity_regularizer: NamedFunction | None = None, *, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, name: str | None = None, **first_input: Unpack[FlatInput]) -> None: ...
class UnitNormalization(_UnitNormalization):
    def __init__(self, axis: Int | Sequence[Int] = -1, activity_regularizer: NamedFunction | None = None, *, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, name: str | None = None, **first_input: Unpack[FlatInput]) -> None: ...
class Wrapper(_Wrapper):
    def __init__(self, layer: Layer | Mapping[str, Any], activity_regularizer: NamedFunction | None = None, *, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, name: str | None = None, **first_input: Unpack[FlatInput]) -> None: ...
class Add(_Add):
    def __init__(self, activity_regularizer: NamedFunction | None = None, *, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, name: str | None = None, **first_input: Unpack[FlatInput]) -> None: ...
class AdditiveAttention(_AdditiveAttention):
    def __init__(self, use_scale: bool = True, dropout: Real = 0.0, seed: Int | None = None, activity_regularizer: NamedFunction | None = None, *, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, name: str | None = None, **first_input: Unpack[FlatInput]) -> None: ...
class AlphaDropout(_AlphaDropout):
    def __init__(self, rate: Real, noise_shape: Sequence[Int | None] | None = None, seed: Int | None = None, activity_regularizer: NamedFunction | None = None, *, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, name: str | None = None, **first_input: Unpack[FlatInput]) -> None: ...
class Attention(_Attention):
    def __init__(self, use_scale: bool = False, score_mode: Literal['dot', 'concat'] = 'dot', dropout: Real = 0.0, seed: Int | None = None, activity_regularizer: NamedFunction | None = None, *, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, name: str | None = None, **first_input: Unpack[FlatInput]) -> None: ...
class Average(_Average):
    def __init__(self, activity_regularizer: NamedFunction | None = None, *, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, name: str | None = None, **first_input: Unpack[FlatInput]) -> None: ...
class Concatenate(_Concatenate):
    def __init__(self, axis: Int = -1, activity_regularizer: NamedFunction | None = None, *, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, name: str | None = None, **first_input: Unpack[FlatInput]) -> None: ...
class Dot(_Dot):
    def __init__(self, axes: Any, normalize: bool = False, activity_regularizer: NamedFunction | None = None, *, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, name: str | None = None, **first_input: Unpack[FlatInput]) -> None: ...
class Dropout(_Dropout):
    def __init__(self, rate: Real, noise_shape: Sequence[Int | None] | None = None, seed: Int | None = None, activity_regularizer: NamedFunction | None = None, *, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, name: str | None = None, **first_input: Unpack[FlatInput]) -> None: ...
class Embedding(_Embedding):
    def __init__(self, input_dim: Int, output_dim: Int, embeddings_initializer: Named | None = 'uniform', embeddings_regularizer: NamedFunction | None = None, embeddings_constraint: NamedFunction | None = None, mask_zero: bool = False, activity_regularizer: NamedFunction | None = None, *, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, name: str | None = None, **first_input: Unpack[FirstInput]) -> None: ...
class GRUCell(_GRUCell):
    def __init__(self, units: Int, activation: NamedFunction | None = 'tanh', recurrent_activation: NamedFunction | None = 'sigmoid', use_bias: bool = True, kernel_initializer: Named | None = 'glorot_uniform', recurrent_initializer: Named | None = 'orthogonal', bias_initializer: Named | None = 'zeros', kernel_regularizer: NamedFunction | None = None, recurrent_regularizer: NamedFunction | None = None, bias_regularizer: NamedFunction | None = None, kernel_constraint: NamedFunction | None = None, recurrent_constraint: NamedFunction | None = None, bias_constraint: NamedFunction | None = None, dropout: Real = 0.0, recurrent_dropout: Real = 0.0, reset_after: bool = True, seed: Int | None = None, activity_regularizer: NamedFunction | None = None, *, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, name: str | None = None, **first_input: Unpack[FlatInput]) -> None: ...
class GaussianDropout(_GaussianDropout):
    def __init__(self, rate: Real, seed: Int | None = None, activity_regularizer: NamedFunction | None = None, *, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, name: str | None = None, **first_input: Unpack[FlatInput]) -> None: ...
class GroupQueryAttention(_GroupQueryAttention):
    def __init__(self, head_dim: Int, num_query_heads: Int, num_key_value_heads: Int, dropout: Real = 0.0, use_bias: bool = True, sliding_window: Int | None = None, flash_attention: bool | None = None, kernel_initializer: Named | None = 'glorot_uniform', bias_initializer: Named | None = 'zeros', kernel_regularizer: NamedFunction | None = None, bias_regularizer: NamedFunction | None = None, activity_regularizer: NamedFunction | None = None, kernel_constraint: NamedFunction | None = None, bias_constraint: NamedFunction | None = None, use_gate: bool = False, seed: Int | None = None, *, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, name: str | None = None, **first_input: Unpack[FlatInput]) -> None: ...
class HashedCrossing(_HashedCrossing):
    def __init__(self, num_bins: Int, output_mode: Literal['int', 'one_hot'] = 'int', sparse: bool = False, activity_regularizer: NamedFunction | None = None, *, name: str | None = None, dtype: DTypeLike | None = None, trainable: bool = True, autocast: bool = True, **first_input: Unpack[FlatInput]) -> None: ...
class Hashing(_Hashing):
    def __init__(self, num_bins: Int, mask_value: Int | str | None = None, salt: Int | Sequence[Int] | None = None, output_mode: Literal['int', 'one_hot', 'multi_hot', 'count'] = 'int', sparse: bool = False, activity_regularizer: NamedFunction | None = None, *, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, name: str | None = None, **first_input: Unpack[FlatInput]) -> None: ...
class MaxNumBoundingBoxes(_MaxNumBoundingBoxes):
    def __init__(self, max_number: Int, fill_value: Int = -1, data_format: Literal['channels_last', 'channels_first'] | None = None, activity_regularizer: NamedFunction | None = None, *, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, name: str | None = None, **first_input: Unpack[FlatInput]) -> None: ...
class Maximum(_Maximum):
    def __init__(self, activity_regularizer: NamedFunction | None = None, *, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, name: str | None = None, **first_input: Unpack[FlatInput]) -> None: ...
class Minimum(_Minimum):
    def __init__(self, activity_regularizer: NamedFunction | None = None, *, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, name: str | None = None, **first_input: Unpack[FlatInput]) -> None: ...
class MixUp(_MixUp):
    def __init__(self, alpha: Real = 0.2, data_format: Literal['channels_last', 'channels_first'] | None = None, seed: Int | None = None, activity_regularizer: NamedFunction | None = None, *, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, name: str | None = None, **first_input: Unpack[FlatInput]) -> None: ...
class MultiHeadAttention(_MultiHeadAttention):
    def __init__(self, num_heads: Int, key_dim: Int, value_dim: Int | None = None, dropout: Real = 0.0, use_bias: bool = True, output_shape: Int | Sequence[Int] | None = None, attention_axes: Int | Sequence[Int] | None = None, sliding_window: Int | None = None, flash_attention: bool | None = None, kernel_initializer: Named | None = 'glorot_uniform', bias_initializer: Named | None = 'zeros', kernel_regularizer: NamedFunction | None = None, bias_regularizer: NamedFunction | None = None, activity_regularizer: NamedFunction | None = None, kernel_constraint: NamedFunction | None = None, bias_constraint: NamedFunction | None = None, use_gate: bool = False, seed: Int | None = None, *, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, name: str | None = None, **first_input: Unpack[FlatInput]) -> None: ...
class Multiply(_Multiply):
    def __init__(self, activity_regularizer: NamedFunction | None = None, *, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, name: str | None = None, **first_input: Unpack[FlatInput]) -> None: ...
class PReLU(_PReLU):
    def __init__(self, alpha_initializer: Named | None = 'Zeros', alpha_regularizer: NamedFunction | None = None, alpha_constraint: NamedFunction | None = None, shared_axes: Int | Sequence[Int] | None = None, activity_regularizer: NamedFunction | None = None, *, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, name: str | None = None, **first_input: Unpack[FlatInput]) -> None: ...
class RandomBrightness(_RandomBrightness):
    def __init__(self, factor: Real | Sequence[Real], value_range: Sequence[Real] = (0, 255), seed: Int | None = None, data_format: Literal['channels_last', 'channels_first'] | None = None, activity_regularizer: NamedFunction | None = None, *, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, name: str | None = None, **first_input: Unpack[FlatInput]) -> None: ...
class RandomContrast(_RandomContrast):
    def __init__(self, factor: Real | Sequence[Real], value_range: Sequence[Real] = (0, 255), seed: Int | None = None, data_format: Literal['channels_last', 'channels_first'] | None = None, activity_regularizer: NamedFunction | None = None, *, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, name: str | None = None, **first_input: Unpack[FlatInput]) -> None: ...
class RandomFlip(_RandomFlip):
    def __init__(self, mode: Literal['horizontal', 'vertical', 'horizontal_and_vertical'] = 'horizontal_and_vertical', seed: Int | None = None, data_format: Literal['channels_last', 'channels_first'] | None = None, activity_regularizer: NamedFunction | None = None, *, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, name: str | None = None, **first_input: Unpack[FlatInput]) -> None: ...
class SimpleRNNCell(_SimpleRNNCell):
    def __init__(self, units: Int, activation: NamedFunction | None = 'tanh', use_bias: bool = True, kernel_initializer: Named | None = 'glorot_uniform', recurrent_initializer: Named | None = 'orthogonal', bias_initializer: Named | None = 'zeros', kernel_regularizer: NamedFunction | None = None, recurrent_regularizer: NamedFunction | None = None, bias_regularizer: NamedFunction | None = None, kernel_constraint: NamedFunction | None = None, recurrent_constraint: NamedFunction | None = None, bias_constraint: NamedFunction | None = None, dropout: Real = 0.0, recurrent_dropout: Real = 0.0, seed: Int | None = None, activity_regularizer: NamedFunction | None = None, *, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, name: str | None = None, **first_input: Unpack[FlatInput]) -> None: ...
class SpectralNormalization(_SpectralNormalization, Wrapper):
    def __init__(self, layer: Layer | Mapping[str, Any], power_iterations: Int = 1, activity_regularizer: NamedFunction | None = None, *, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, name: str | None = None, **first_input: Unpack[FlatInput]) -> None: ...
class Subtract(_Subtract):
    def __init__(self, activity_regularizer: NamedFunction | None = None, *, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, name: str | None = None, **first_input: Unpack[FlatInput]) -> None: ...
class TimeDistributed(_TimeDistributed, Wrapper):
    def __init__(self, layer: Layer | Mapping[str, Any], activity_regularizer: NamedFunction | None = None, *, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, name: str | None = None, **first_input: Unpack[FlatInput]) -> None: ...
class UpSampling1D(_UpSampling1D):
    def __init__(self, size: Int = 2, activity_regularizer: NamedFunction | None = None, *, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, name: str | None = None, **first_input: Unpack[FlatInput]) -> None: ...
class UpSampling2D(_UpSampling2D):
    def __init__(self, size: Int | Sequence[Int] | None = 2, data_format: Literal['channels_last', 'channels_first'] | None = None, interpolation: Literal['nearest', 'bilinear', 'bicubic', 'lanczos3', 'lanczos5'] = 'nearest', activity_regularizer: NamedFunction | None = None, *, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, name: str | None = None, **first_input: Unpack[FlatInput]) -> None: ...
class UpSampling3D(_UpSampling3D):
    def __init__(self, size: Int | Sequence[Int] | None = 2, data_format: Literal['channels_last', 'channels_first'] | None = None, activity_regularizer: NamedFunction | None = None, *, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, name: str | None = None, **first_input: Unpack[FlatInput]) -> None: ...
class AugMix(_AugMix):
    def __init__(self, value_range: Sequence[Real] = (0, 255), num_chains: Int = 3, chain_depth: Int = 3, factor: Real | Sequence[Real] = 0.3, alpha: Real = 1.0, all_ops: bool = True, interpolation: Literal['nearest', 'bilinear'] = 'bilinear', seed: Int | None = None, data_format: Literal['channels_last', 'channels_first'] | None = None, activity_regularizer: NamedFunction | None = None, *, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, name: str | None = None, **first_input: Unpack[FlatInput]) -> None: ...
class AutoContrast(_AutoContrast):
    def __init__(self, value_range: Sequence[Real] = (0, 255), data_format: Literal['channels_last', 'channels_first'] | None = None, activity_regularizer: NamedFunction | None = None, *, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, name: str | None = None, **first_input: Unpack[FlatInput]) -> None: ...
class BatchNormalization(_BatchNormalization):
    def __init__(self, axis: Int | Sequence[Int] = -1, momentum: Real = 0.99, epsilon: Real = 0.001, center: bool = True, scale: bool = True, beta_initializer: Named | None = 'zeros', gamma_initializer: Named | None = 'ones', moving_mean_initializer: Named | None = 'zeros', moving_variance_initializer: Named | None = 'ones', beta_regularizer: NamedFunction | None = None, gamma_regularizer: NamedFunction | None = None, beta_constraint: NamedFunction | None = None, gamma_constraint: NamedFunction | None = None, renorm: bool = False, renorm_clipping: dict[str, Any] | None = None, renorm_momentum: Real = 0.99, synchronized: bool = False, activity_regularizer: NamedFunction | None = None, *, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, name: str | None = None, **first_input: Unpack[FlatInput]) -> None: ...
class CenterCrop(_CenterCrop):
    def __init__(self, height: Int, width: Int, data_format: Literal['channels_last', 'channels_first'] | None = None, activity_regularizer: NamedFunction | None = None, *, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, name: str | None = None, **first_input: Unpack[FlatInput]) -> None: ...
class ContrastLimitedAdaptiveHistogramEqualization(_ContrastLimitedAdaptiveHistogramEqualization):
    def __init__(self, value_range: Sequence[Real] = (0, 255), clip_limit: Real = 4.0, tile_grid_size: Sequence[Real] = (8, 8), data_format: Literal['channels_last', 'channels_first'] | None = None, activity_regularizer: NamedFunction | None = None, *, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, name: str | None = None, **first_input: Unpack[FlatInput]) -> None: ...
class CutMix(_CutMix):
    def __init__(self, factor: Real | Sequence[Real] = 1.0, seed: Int | None = None, data_format: Literal['channels_last', 'channels_first'] | None = None, activity_regularizer: NamedFunction | None = None, *, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, name: str | None = None, **first_input: Unpack[FlatInput]) -> None: ...
class Dense(_Dense):
    def __init__(self, units: Int, activation: NamedFunction | None = None, use_bias: bool = True, kernel_initializer: Named | None = 'glorot_uniform', bias_initializer: Named | None = 'zeros', kernel_regularizer: NamedFunction | None = None, bias_regularizer: NamedFunction | None = None, activity_regularizer: NamedFunction | None = None, kernel_constraint: NamedFunction | None = None, bias_constraint: NamedFunction | None = None, *, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, name: str | None = None, **first_input: Unpack[FlatInput]) -> None: ...
class EinsumDense(_EinsumDense):
    def __init__(self, equation: str, output_shape: Int | Sequence[Int | None], activation: NamedFunction | None = None, bias_axes: str | None = None, kernel_initializer: Named | None = 'glorot_uniform', bias_initializer: Named | None = 'zeros', kernel_regularizer: NamedFunction | None = None, bias_regularizer: NamedFunction | None = None, kernel_constraint: NamedFunction | None = None, bias_constraint: NamedFunction | None = None, activity_regularizer: NamedFunction | None = None, *, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, name: str | None = None, **first_input: Unpack[FlatInput]) -> None: ...
class Equalization(_Equalization):
    def __init__(self, value_range: Sequence[Real] = (0, 255), bins: Int = 256, data_format: Literal['channels_last', 'channels_first'] | None = None, activity_regularizer: NamedFunction | None = None, *, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, name: str | None = None, **first_input: Unpack[FlatInput]) -> None: ...
class GroupNormalization(_GroupNormalization):
    def __init__(self, groups: Int = 32, axis: Int | Sequence[Int] = -1, epsilon: Real = 0.001, center: bool = True, scale: bool = True, beta_initializer: Named | None = 'zeros', gamma_initializer: Named | None = 'ones', beta_regularizer: NamedFunction | None = None, gamma_regularizer: NamedFunction | None = None, beta_constraint: NamedFunction | None = None, gamma_constraint: NamedFunction | None = None, activity_regularizer: NamedFunction | None = None, *, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, name: str | None = None, **first_input: Unpack[FlatInput]) -> None: ...
class LSTMCell(_LSTMCell):
    def __init__(self, units: Int, activation: NamedFunction | None = 'tanh', recurrent_activation: NamedFunction | None = 'sigmoid', use_bias: bool = True, kernel_initializer: Named | None = 'glorot_uniform', recurrent_initializer: Named | None = 'orthogonal', bias_initializer: Named | None = 'zeros', unit_forget_bias: bool = True, kernel_regularizer: NamedFunction | None = None, recurrent_regularizer: NamedFunction | None = None, bias_regularizer: NamedFunction | None = None, kernel_constraint: NamedFunction | None = None, recurrent_constraint: NamedFunction | None = None, bias_constraint: NamedFunction | None = None, dropout: Real = 0.0, recurrent_dropout: Real = 0.0, seed: Int | None = None, activity_regularizer: NamedFunction | None = None, *, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, name: str | None = None, **first_input: Unpack[FlatInput]) -> None: ...
class LayerNormalization(_LayerNormalization):
    def __init__(self, axis: Int | Sequence[Int] = -1, epsilon: Real = 0.001, center: bool = True, scale: bool = True, beta_initializer: Named | None = 'zeros', gamma_initializer: Named | None = 'ones', beta_regularizer: NamedFunction | None = None, gamma_regularizer: NamedFunction | None = None, beta_constraint: NamedFunction | None = None, gamma_constraint: NamedFunction | None = None, activity_regularizer: NamedFunction | None = None, *, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, name: str | None = None, **first_input: Unpack[FlatInput]) -> None: ...
class RandAugment(_RandAugment):
    def __init__(self, value_range: Sequence[Real] = (0, 255), num_ops: Int = 2, factor: Real | Sequence[Real] = 0.5, interpolation: Literal['nearest', 'bilinear'] = 'bilinear', seed: Int | None = None, data_format: Literal['channels_last', 'channels_first'] | None = None, activity_regularizer: NamedFunction | None = None, *, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, name: str | None = None, **first_input: Unpack[FlatInput]) -> None: ...
class RandomColorDegeneration(_RandomColorDegeneration):
    def __init__(self, factor: Real | Sequence[Real], value_range: Sequence[Real] = (0, 255), data_format: Literal['channels_last', 'channels_first'] | None = None, seed: Int | None = None, activity_regularizer: NamedFunction | None = None, *, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, name: str | None = None, **first_input: Unpack[FlatInput]) -> None: ...
class RandomColorJitter(_RandomColorJitter):
    def __init__(self, value_range: Sequence[Real] = (0, 255), brightness_factor: Real | Sequence[Real] | None = None, contrast_factor: Real | Sequence[Real] | None = None, saturation_factor: Real | Sequence[Real] | None = None, hue_factor: Real | Sequence[Real] | None = None, seed: Int | None = None, data_format: Literal['channels_last', 'channels_first'] | None = None, activity_regularizer: NamedFunction | None = None, *, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, name: str | None = None, **first_input: Unpack[FlatInput]) -> None: ...
class RandomCrop(_RandomCrop):
    def __init__(self, height: Int, width: Int, seed: Int | None = None, data_format: Literal['channels_last', 'channels_first'] | None = None, activity_regularizer: NamedFunction | None = None, *, name: str | None = None, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, **first_input: Unpack[FlatInput]) -> None: ...
class RandomElasticTransform(_RandomElasticTransform):
    def __init__(self, factor: Real | Sequence[Real] = 1.0, scale: Real | Sequence[Real] = 1.0, interpolation: Literal['nearest', 'bilinear'] = 'bilinear', fill_mode: Literal['reflect', 'wrap', 'constant', 'nearest'] = 'reflect', fill_value: Real = 0.0, value_range: Sequence[Real] = (0, 255), seed: Int | None = None, data_format: Literal['channels_last', 'channels_first'] | None = None, activity_regularizer: NamedFunction | None = None, *, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, name: str | None = None, **first_input: Unpack[FlatInput]) -> None: ...
class RandomErasing(_RandomErasing):
    def __init__(self, factor: Real | Sequence[Real] = 1.0, scale: Real | Sequence[Real] = (0.02, 0.33), fill_value: Real | Sequence[Real] | None = None, value_range: Sequence[Real] = (0, 255), seed: Int | None = None, data_format: Literal['channels_last', 'channels_first'] | None = None, activity_regularizer: NamedFunction | None = None, *, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, name: str | None = None, **first_input: Unpack[FlatInput]) -> None: ...
class RandomGaussianBlur(_RandomGaussianBlur):
    def __init__(self, factor: Real | Sequence[Real] = 1.0, kernel_size: Int | Sequence[Int] = 3, sigma: Real | Sequence[Real] = 1.0, value_range: Sequence[Real] = (0, 255), data_format: Literal['channels_last', 'channels_first'] | None = None, seed: Int | None = None, activity_regularizer: NamedFunction | None = None, *, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, name: str | None = None, **first_input: Unpack[FlatInput]) -> None: ...
class RandomGrayscale(_RandomGrayscale):
    def __init__(self, factor: Real = 0.5, data_format: Literal['channels_last', 'channels_first'] | None = None, seed: Int | None = None, activity_regularizer: NamedFunction | None = None, *, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, name: str | None = None, **first_input: Unpack[FlatInput]) -> None: ...
class RandomHue(_RandomHue):
    def __init__(self, factor: Real | Sequence[Real], value_range: Sequence[Real] = (0, 255), data_format: Literal['channels_last', 'channels_first'] | None = None, seed: Int | None = None, activity_regularizer: NamedFunction | None = None, *, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, name: str | None = None, **first_input: Unpack[FlatInput]) -> None: ...
class RandomInvert(_RandomInvert):
    def __init__(self, factor: Real | Sequence[Real] = 1.0, value_range: Sequence[Real] = (0, 255), seed: Int | None = None, data_format: Literal['channels_last', 'channels_first'] | None = None, activity_regularizer: NamedFunction | None = None, *, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, name: str | None = None, **first_input: Unpack[FlatInput]) -> None: ...
class RandomPerspective(_RandomPerspective):
    def __init__(self, factor: Real | Sequence[Real] = 1.0, scale: Real = 1.0, interpolation: Literal['nearest', 'bilinear'] = 'bilinear', fill_value: Real = 0.0, seed: Int | None = None, data_format: Literal['channels_last', 'channels_first'] | None = None, activity_regularizer: NamedFunction | None = None, *, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, name: str | None = None, **first_input: Unpack[FlatInput]) -> None: ...
class RandomPosterization(_RandomPosterization):
    def __init__(self, factor: Real | Sequence[Real], value_range: Sequence[Real] = (0, 255), data_format: Literal['channels_last', 'channels_first'] | None = None, seed: Int | None = None, activity_regularizer: NamedFunction | None = None, *, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, name: str | None = None, **first_input: Unpack[FlatInput]) -> None: ...
class RandomSaturation(_RandomSaturation):
    def __init__(self, factor: Real | Sequence[Real], value_range: Sequence[Real] = (0, 255), data_format: Literal['channels_last', 'channels_first'] | None = None, seed: Int | None = None, activity_regularizer: NamedFunction | None = None, *, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, name: str | None = None, **first_input: Unpack[FlatInput]) -> None: ...
class RandomSharpness(_RandomSharpness):
    def __init__(self, factor: Real | Sequence[Real], value_range: Sequence[Real] = (0, 255), data_format: Literal['channels_last', 'channels_first'] | None = None, seed: Int | None = None, activity_regularizer: NamedFunction | None = None, *, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, name: str | None = None, **first_input: Unpack[FlatInput]) -> None: ...
class Resizing(_Resizing):
    def __init__(self, height: Int, width: Int, interpolation: Literal['bilinear', 'nearest', 'bicubic', 'lanczos3', 'lanczos5'] = 'bilinear', crop_to_aspect_ratio: bool = False, pad_to_aspect_ratio: bool = False, fill_mode: Literal['constant'] = 'constant', fill_value: Real = 0.0, antialias: bool = False, data_format: Literal['channels_last', 'channels_first'] | None = None, activity_regularizer: NamedFunction | None = None, *, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, name: str | None = None, **first_input: Unpack[FlatInput]) -> None: ...
class Solarization(_Solarization):
    def __init__(self, addition_factor: Real | Sequence[Real] = 0.0, threshold_factor: Real | Sequence[Real] = 0.0, value_range: Sequence[Real] = (0, 255), seed: Int | None = None, data_format: Literal['channels_last', 'channels_first'] | None = None, activity_regularizer: NamedFunction | None = None, *, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, name: str | None = None, **first_input: Unpack[FlatInput]) -> None: ...
class TextVectorization(_TextVectorization):
    def __init__(self, max_tokens: Int | None = None, standardize: Named | None = 'lower_and_strip_punctuation', split: Named | None = 'whitespace', ngrams: Int | Sequence[Int] | None = None, output_mode: Literal['int', 'one_hot', 'multi_hot', 'count', 'tf_idf'] = 'int', output_sequence_length: Int | None = None, pad_to_max_tokens: bool = False, vocabulary: TensorLike | str | Path | None = None, idf_weights: TensorLike | str | Path | None = None, sparse: bool = False, ragged: bool = False, encoding: str = 'utf-8', activity_regularizer: NamedFunction | None = None, *, name: str | None = None, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, **first_input: Unpack[FlatInput]) -> None: ...
class AdaptiveAveragePooling1D(_AdaptiveAveragePooling1D):
    def __init__(self, output_size: Int | Sequence[Int] | None, data_format: Literal['channels_last', 'channels_first'] | None = None, activity_regularizer: NamedFunction | None = None, *, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, name: str | None = None, **first_input: Unpack[FlatInput]) -> None: ...
class AdaptiveAveragePooling2D(_AdaptiveAveragePooling2D):
    def __init__(self, output_size: Int | Sequence[Int] | None, data_format: Literal['channels_last', 'channels_first'] | None = None, activity_regularizer: NamedFunction | None = None, *, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, name: str | None = None, **first_input: Unpack[FlatInput]) -> None: ...
class AdaptiveAveragePooling3D(_AdaptiveAveragePooling3D):
    def __init__(self, output_size: Int | Sequence[Int] | None, data_format: Literal['channels_last', 'channels_first'] | None = None, activity_regularizer: NamedFunction | None = None, *, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, name: str | None = None, **first_input: Unpack[FlatInput]) -> None: ...
class AdaptiveMaxPooling1D(_AdaptiveMaxPooling1D):
    def __init__(self, output_size: Int | Sequence[Int] | None, data_format: Literal['channels_last', 'channels_first'] | None = None, activity_regularizer: NamedFunction | None = None, *, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, name: str | None = None, **first_input: Unpack[FlatInput]) -> None: ...
class AdaptiveMaxPooling2D(_AdaptiveMaxPooling2D):
    def __init__(self, output_size: Int | Sequence[Int] | None, data_format: Literal['channels_last', 'channels_first'] | None = None, activity_regularizer: NamedFunction | None = None, *, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, name: str | None = None, **first_input: Unpack[FlatInput]) -> None: ...
class AdaptiveMaxPooling3D(_AdaptiveMaxPooling3D):
    def __init__(self, output_size: Int | Sequence[Int] | None, data_format: Literal['channels_last', 'channels_first'] | None = None, activity_regularizer: NamedFunction | None = None, *, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, name: str | None = None, **first_input: Unpack[FlatInput]) -> None: ...
class AveragePooling1D(_AveragePooling1D):
    def __init__(self, pool_size: Int | Sequence[Int] | None, strides: Int | Sequence[Int] | None = None, padding: Literal['valid', 'same', 'VALID', 'SAME'] = 'valid', data_format: Literal['channels_last', 'channels_first'] | None = None, activity_regularizer: NamedFunction | None = None, *, name: str | None = None, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, **first_input: Unpack[FlatInput]) -> None: ...
class AveragePooling2D(_AveragePooling2D):
    def __init__(self, pool_size: Int | Sequence[Int] | None, strides: Int | Sequence[Int] | None = None, padding: Literal['valid', 'same', 'VALID', 'SAME'] = 'valid', data_format: Literal['channels_last', 'channels_first'] | None = None, activity_regularizer: NamedFunction | None = None, *, name: str | None = None, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, **first_input: Unpack[FlatInput]) -> None: ...
class AveragePooling3D(_AveragePooling3D):
    def __init__(self, pool_size: Int | Sequence[Int] | None, strides: Int | Sequence[Int] | None = None, padding: Literal['valid', 'same', 'VALID', 'SAME'] = 'valid', data_format: Literal['channels_last', 'channels_first'] | None = None, activity_regularizer: NamedFunction | None = None, *, name: str | None = None, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, **first_input: Unpack[FlatInput]) -> None: ...
class Cropping1D(_Cropping1D):
    def __init__(self, cropping: Int | Sequence[Int | Sequence[Int]] = (1, 1), activity_regularizer: NamedFunction | None = None, *, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, name: str | None = None, **first_input: Unpack[FlatInput]) -> None: ...
class Cropping2D(_Cropping2D):
    def __init__(self, cropping: Int | Sequence[Int | Sequence[Int]] = ((0, 0), (0, 0)), data_format: Literal['channels_last', 'channels_first'] | None = None, activity_regularizer: NamedFunction | None = None, *, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, name: str | None = None, **first_input: Unpack[FlatInput]) -> None: ...
class Cropping3D(_Cropping3D):
    def __init__(self, cropping: Int | Sequence[Int | Sequence[Int]] = ((1, 1), (1, 1), (1, 1)), data_format: Literal['channels_last', 'channels_first'] | None = None, activity_regularizer: NamedFunction | None = None, *, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, name: str | None = None, **first_input: Unpack[FlatInput]) -> None: ...
class GRU(_GRU):
    def __init__(self, units: Int, activation: NamedFunction | None = 'tanh', recurrent_activation: NamedFunction | None = 'sigmoid', use_bias: bool = True, kernel_initializer: Named | None = 'glorot_uniform', recurrent_initializer: Named | None = 'orthogonal', bias_initializer: Named | None = 'zeros', kernel_regularizer: NamedFunction | None = None, recurrent_regularizer: NamedFunction | None = None, bias_regularizer: NamedFunction | None = None, activity_regularizer: NamedFunction | None = None, kernel_constraint: NamedFunction | None = None, recurrent_constraint: NamedFunction | None = None, bias_constraint: NamedFunction | None = None, dropout: Real = 0.0, recurrent_dropout: Real = 0.0, seed: Int | None = None, return_sequences: bool = False, return_state: bool = False, go_backwards: bool = False, stateful: bool = False, unroll: bool = False, reset_after: bool = True, use_cudnn: bool | Literal['auto'] = 'auto', zero_output_for_mask: bool = False, *, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, name: str | None = None, **first_input: Unpack[FlatInput]) -> None: ...
class GlobalAveragePooling1D(_GlobalAveragePooling1D):
    def __init__(self, data_format: Literal['channels_last', 'channels_first'] | None = None, keepdims: bool = False, activity_regularizer: NamedFunction | None = None, *, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, name: str | None = None, **first_input: Unpack[FlatInput]) -> None: ...
class GlobalAveragePooling2D(_GlobalAveragePooling2D):
    def __init__(self, data_format: Literal['channels_last', 'channels_first'] | None = None, keepdims: bool = False, activity_regularizer: NamedFunction | None = None, *, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, name: str | None = None, **first_input: Unpack[FlatInput]) -> None: ...
class GlobalAveragePooling3D(_GlobalAveragePooling3D):
    def __init__(self, data_format: Literal['channels_last', 'channels_first'] | None = None, keepdims: bool = False, activity_regularizer: NamedFunction | None = None, *, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, name: str | None = None, **first_input: Unpack[FlatInput]) -> None: ...
class GlobalMaxPooling1D(_GlobalMaxPooling1D):
    def __init__(self, data_format: Literal['channels_last', 'channels_first'] | None = None, keepdims: bool = False, activity_regularizer: NamedFunction | None = None, *, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, name: str | None = None, **first_input: Unpack[FlatInput]) -> None: ...
class GlobalMaxPooling2D(_GlobalMaxPooling2D):
    def __init__(self, data_format: Literal['channels_last', 'channels_first'] | None = None, keepdims: bool = False, activity_regularizer: NamedFunction | None = None, *, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, name: str | None = None, **first_input: Unpack[FlatInput]) -> None: ...
class GlobalMaxPooling3D(_GlobalMaxPooling3D):
    def __init__(self, data_format: Literal['channels_last', 'channels_first'] | None = None, keepdims: bool = False, activity_regularizer: NamedFunction | None = None, *, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, name: str | None = None, **first_input: Unpack[FlatInput]) -> None: ...
class IntegerLookup(_IntegerLookup):
    def __init__(self, max_tokens: Int | None = None, num_oov_indices: Int = 1, mask_token: Int | None = None, oov_token: Int | None = -1, vocabulary: TensorLike | str | Path | None = None, vocabulary_dtype: Literal['int64'] = 'int64', idf_weights: TensorLike | str | Path | None = None, invert: bool = False, output_mode: Literal['int', 'one_hot', 'multi_hot', 'count', 'tf_idf'] = 'int', sparse: bool = False, pad_to_max_tokens: bool = False, oov_method: Literal['floormod', 'farmhash'] = 'floormod', salt: Int | Sequence[Int] | None = None, activity_regularizer: NamedFunction | None = None, *, name: str | None = None, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, **first_input: Unpack[FlatInput]) -> None: ...
class LSTM(_LSTM):
    def __init__(self, units: Int, activation: NamedFunction | None = 'tanh', recurrent_activation: NamedFunction | None = 'sigmoid', use_bias: bool = True, kernel_initializer: Named | None = 'glorot_uniform', recurrent_initializer: Named | None = 'orthogonal', bias_initializer: Named | None = 'zeros', unit_forget_bias: bool = True, kernel_regularizer: NamedFunction | None = None, recurrent_regularizer: NamedFunction | None = None, bias_regularizer: NamedFunction | None = None, activity_regularizer: NamedFunction | None = None, kernel_constraint: NamedFunction | None = None, recurrent_constraint: NamedFunction | None = None, bias_constraint: NamedFunction | None = None, dropout: Real = 0.0, recurrent_dropout: Real = 0.0, seed: Int | None = None, return_sequences: bool = False, return_state: bool = False, go_backwards: bool = False, stateful: bool = False, unroll: bool = False, use_cudnn: bool | Literal['auto'] = 'auto', zero_output_for_mask: bool = False, *, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, name: str | None = None, **first_input: Unpack[FlatInput]) -> None: ...
class MaxPooling1D(_MaxPooling1D):
    def __init__(self, pool_size: Int | Sequence[Int] | None = 2, strides: Int | Sequence[Int] | None = None, padding: Literal['valid', 'same', 'VALID', 'SAME'] = 'valid', data_format: Literal['channels_last', 'channels_first'] | None = None, activity_regularizer: NamedFunction | None = None, *, name: str | None = None, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, **first_input: Unpack[FlatInput]) -> None: ...
class MaxPooling2D(_MaxPooling2D):
    def __init__(self, pool_size: Int | Sequence[Int] | None = 2, strides: Int | Sequence[Int] | None = None, padding: Literal['valid', 'same', 'VALID', 'SAME'] = 'valid', data_format: Literal['channels_last', 'channels_first'] | None = None, activity_regularizer: NamedFunction | None = None, *, name: str | None = None, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, **first_input: Unpack[FlatInput]) -> None: ...
class MaxPooling3D(_MaxPooling3D):
    def __init__(self, pool_size: Int | Sequence[Int] | None = 2, strides: Int | Sequence[Int] | None = None, padding: Literal['valid', 'same', 'VALID', 'SAME'] = 'valid', data_format: Literal['channels_last', 'channels_first'] | None = None, activity_regularizer: NamedFunction | None = None, *, name: str | None = None, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, **first_input: Unpack[FlatInput]) -> None: ...
class RandomRotation(_RandomRotation):
    def __init__(self, factor: Real | Sequence[Real], fill_mode: Literal['reflect', 'wrap', 'constant', 'nearest'] = 'reflect', interpolation: Literal['nearest', 'bilinear'] = 'bilinear', seed: Int | None = None, fill_value: Real = 0.0, data_format: Literal['channels_last', 'channels_first'] | None = None, activity_regularizer: NamedFunction | None = None, *, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, name: str | None = None, **first_input: Unpack[FlatInput]) -> None: ...
class RandomShear(_RandomShear):
    def __init__(self, x_factor: Real | Sequence[Real] = 0.0, y_factor: Real | Sequence[Real] = 0.0, interpolation: Literal['nearest', 'bilinear'] = 'bilinear', fill_mode: Literal['reflect', 'wrap', 'constant', 'nearest'] = 'reflect', fill_value: Real = 0.0, data_format: Literal['channels_last', 'channels_first'] | None = None, seed: Int | None = None, activity_regularizer: NamedFunction | None = None, *, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, name: str | None = None, **first_input: Unpack[FlatInput]) -> None: ...
class RandomTranslation(_RandomTranslation):
    def __init__(self, height_factor: Real | Sequence[Real] | None, width_factor: Real | Sequence[Real] | None, fill_mode: Literal['reflect', 'wrap', 'constant', 'nearest'] = 'reflect', interpolation: Literal['nearest', 'bilinear'] = 'bilinear', seed: Int | None = None, fill_value: Real = 0.0, data_format: Literal['channels_last', 'channels_first'] | None = None, activity_regularizer: NamedFunction | None = None, *, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, name: str | None = None, **first_input: Unpack[FlatInput]) -> None: ...
class RandomZoom(_RandomZoom):
    def __init__(self, height_factor: Real | Sequence[Real] | None, width_factor: Real | Sequence[Real] | None = None, fill_mode: Literal['reflect', 'wrap', 'constant', 'nearest'] = 'reflect', interpolation: Literal['nearest', 'bilinear'] = 'bilinear', seed: Int | None = None, fill_value: Real = 0.0, data_format: Literal['channels_last', 'channels_first'] | None = None, activity_regularizer: NamedFunction | None = None, *, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, name: str | None = None, **first_input: Unpack[FlatInput]) -> None: ...
class SimpleRNN(_SimpleRNN):
    def __init__(self, units: Int, activation: NamedFunction | None = 'tanh', use_bias: bool = True, kernel_initializer: Named | None = 'glorot_uniform', recurrent_initializer: Named | None = 'orthogonal', bias_initializer: Named | None = 'zeros', kernel_regularizer: NamedFunction | None = None, recurrent_regularizer: NamedFunction | None = None, bias_regularizer: NamedFunction | None = None, activity_regularizer: NamedFunction | None = None, kernel_constraint: NamedFunction | None = None, recurrent_constraint: NamedFunction | None = None, bias_constraint: NamedFunction | None = None, dropout: Real = 0.0, recurrent_dropout: Real = 0.0, return_sequences: bool = False, return_state: bool = False, go_backwards: bool = False, stateful: bool = False, unroll: bool = False, seed: Int | None = None, zero_output_for_mask: bool = False, *, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, name: str | None = None, **first_input: Unpack[FlatInput]) -> None: ...
class SpatialDropout1D(_SpatialDropout1D):
    def __init__(self, rate: Real, seed: Int | None = None, activity_regularizer: NamedFunction | None = None, *, name: str | None = None, dtype: DTypeLike | None = None, trainable: bool = True, autocast: bool = True, **first_input: Unpack[FlatInput]) -> None: ...
class SpatialDropout2D(_SpatialDropout2D):
    def __init__(self, rate: Real, data_format: Literal['channels_last', 'channels_first'] | None = None, seed: Int | None = None, activity_regularizer: NamedFunction | None = None, *, name: str | None = None, dtype: DTypeLike | None = None, trainable: bool = True, autocast: bool = True, **first_input: Unpack[FlatInput]) -> None: ...
class SpatialDropout3D(_SpatialDropout3D):
    def __init__(self, rate: Real, data_format: Literal['channels_last', 'channels_first'] | None = None, seed: Int | None = None, activity_regularizer: NamedFunction | None = None, *, name: str | None = None, dtype: DTypeLike | None = None, trainable: bool = True, autocast: bool = True, **first_input: Unpack[FlatInput]) -> None: ...
class StringLookup(_StringLookup):
    def __init__(self, max_tokens: Int | None = None, num_oov_indices: Int = 1, mask_token: str | None = None, oov_token: str | None = '[UNK]', vocabulary: TensorLike | str | Path | None = None, idf_weights: TensorLike | str | Path | None = None, invert: bool = False, output_mode: Literal['int', 'one_hot', 'multi_hot', 'count', 'tf_idf'] = 'int', pad_to_max_tokens: bool = False, sparse: bool = False, encoding: str = 'utf-8', salt: Int | Sequence[Int] | None = None, activity_regularizer: NamedFunction | None = None, *, name: str | None = None, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, **first_input: Unpack[FlatInput]) -> None: ...
class ZeroPadding1D(_ZeroPadding1D):
    def __init__(self, padding: Int | Sequence[Int | Sequence[Int]] = 1, data_format: Literal['channels_last', 'channels_first'] | None = None, activity_regularizer: NamedFunction | None = None, *, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, name: str | None = None, **first_input: Unpack[FlatInput]) -> None: ...
class ZeroPadding2D(_ZeroPadding2D):
    def __init__(self, padding: Int | Sequence[Int | Sequence[Int]] = 1, data_format: Literal['channels_last', 'channels_first'] | None = None, activity_regularizer: NamedFunction | None = None, *, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, name: str | None = None, **first_input: Unpack[FlatInput]) -> None: ...
class ZeroPadding3D(_ZeroPadding3D):
    def __init__(self, padding: Int | Sequence[Int | Sequence[Int]] = 1, data_format: Literal['channels_last', 'channels_first'] | None = None, activity_regularizer: NamedFunction | None = None, *, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, name: str | None = None, **first_input: Unpack[FlatInput]) -> None: ...
class ConvLSTM1D(_ConvLSTM1D):
    def __init__(self, filters: Int, kernel_size: Int | Sequence[Int] | None, strides: Int | Sequence[Int] | None = 1, padding: Literal['valid', 'same', 'VALID', 'SAME'] = 'valid', data_format: Literal['channels_last', 'channels_first'] | None = None, dilation_rate: Int | Sequence[Int] | None = 1, activation: NamedFunction | None = 'tanh', recurrent_activation: NamedFunction | None = 'sigmoid', use_bias: bool = True, kernel_initializer: Named | None = 'glorot_uniform', recurrent_initializer: Named | None = 'orthogonal', bias_initializer: Named | None = 'zeros', unit_forget_bias: bool = True, kernel_regularizer: NamedFunction | None = None, recurrent_regularizer: NamedFunction | None = None, bias_regularizer: NamedFunction | None = None, activity_regularizer: NamedFunction | None = None, kernel_constraint: NamedFunction | None = None, recurrent_constraint: NamedFunction | None = None, bias_constraint: NamedFunction | None = None, dropout: Real = 0.0, recurrent_dropout: Real = 0.0, seed: Int | None = None, return_sequences: bool = False, return_state: bool = False, go_backwards: bool = False, stateful: bool = False, unroll: bool = False, zero_output_for_mask: bool = False, *, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, name: str | None = None, **first_input: Unpack[FlatInput]) -> None: ...
class ConvLSTM2D(_ConvLSTM2D):
    def __init__(self, filters: Int, kernel_size: Int | Sequence[Int] | None, strides: Int | Sequence[Int] | None = 1, padding: Literal['valid', 'same', 'VALID', 'SAME'] = 'valid', data_format: Literal['channels_last', 'channels_first'] | None = None, dilation_rate: Int | Sequence[Int] | None = 1, activation: NamedFunction | None = 'tanh', recurrent_activation: NamedFunction | None = 'sigmoid', use_bias: bool = True, kernel_initializer: Named | None = 'glorot_uniform', recurrent_initializer: Named | None = 'orthogonal', bias_initializer: Named | None = 'zeros', unit_forget_bias: bool = True, kernel_regularizer: NamedFunction | None = None, recurrent_regularizer: NamedFunction | None = None, bias_regularizer: NamedFunction | None = None, activity_regularizer: NamedFunction | None = None, kernel_constraint: NamedFunction | None = None, recurrent_constraint: NamedFunction | None = None, bias_constraint: NamedFunction | None = None, dropout: Real = 0.0, recurrent_dropout: Real = 0.0, seed: Int | None = None, return_sequences: bool = False, return_state: bool = False, go_backwards: bool = False, stateful: bool = False, unroll: bool = False, zero_output_for_mask: bool = False, *, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, name: str | None = None, **first_input: Unpack[FlatInput]) -> None: ...
class ConvLSTM3D(_ConvLSTM3D):
    def __init__(self, filters: Int, kernel_size: Int | Sequence[Int] | None, strides: Int | Sequence[Int] | None = 1, padding: Literal['valid', 'same', 'VALID', 'SAME'] = 'valid', data_format: Literal['channels_last', 'channels_first'] | None = None, dilation_rate: Int | Sequence[Int] | None = 1, activation: NamedFunction | None = 'tanh', recurrent_activation: NamedFunction | None = 'sigmoid', use_bias: bool = True, kernel_initializer: Named | None = 'glorot_uniform', recurrent_initializer: Named | None = 'orthogonal', bias_initializer: Named | None = 'zeros', unit_forget_bias: bool = True, kernel_regularizer: NamedFunction | None = None, recurrent_regularizer: NamedFunction | None = None, bias_regularizer: NamedFunction | None = None, activity_regularizer: NamedFunction | None = None, kernel_constraint: NamedFunction | None = None, recurrent_constraint: NamedFunction | None = None, bias_constraint: NamedFunction | None = None, dropout: Real = 0.0, recurrent_dropout: Real = 0.0, seed: Int | None = None, return_sequences: bool = False, return_state: bool = False, go_backwards: bool = False, stateful: bool = False, unroll: bool = False, zero_output_for_mask: bool = False, *, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, name: str | None = None, **first_input: Unpack[FlatInput]) -> None: ...
class DepthwiseConv1D(_DepthwiseConv1D):
    def __init__(self, kernel_size: Int | Sequence[Int] | None, strides: Int | Sequence[Int] | None = 1, padding: Literal['valid', 'same', 'VALID', 'SAME'] = 'valid', depth_multiplier: Int = 1, data_format: Literal['channels_last', 'channels_first'] | None = None, dilation_rate: Int | Sequence[Int] | None = 1, activation: NamedFunction | None = None, use_bias: bool = True, depthwise_initializer: Named | None = 'glorot_uniform', bias_initializer: Named | None = 'zeros', depthwise_regularizer: NamedFunction | None = None, bias_regularizer: NamedFunction | None = None, activity_regularizer: NamedFunction | None = None, depthwise_constraint: NamedFunction | None = None, bias_constraint: NamedFunction | None = None, *, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, name: str | None = None, **first_input: Unpack[FlatInput]) -> None: ...
class DepthwiseConv2D(_DepthwiseConv2D):
    def __init__(self, kernel_size: Int | Sequence[Int] | None, strides: Int | Sequence[Int] | None = 1, padding: Literal['valid', 'same', 'VALID', 'SAME'] = 'valid', depth_multiplier: Int = 1, data_format: Literal['channels_last', 'channels_first'] | None = None, dilation_rate: Int | Sequence[Int] | None = 1, activation: NamedFunction | None = None, use_bias: bool = True, depthwise_initializer: Named | None = 'glorot_uniform', bias_initializer: Named | None = 'zeros', depthwise_regularizer: NamedFunction | None = None, bias_regularizer: NamedFunction | None = None, activity_regularizer: NamedFunction | None = None, depthwise_constraint: NamedFunction | None = None, bias_constraint: NamedFunction | None = None, *, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, name: str | None = None, **first_input: Unpack[FlatInput]) -> None: ...
class SeparableConv1D(_SeparableConv1D):
    def __init__(self, filters: Int, kernel_size: Int | Sequence[Int] | None, strides: Int | Sequence[Int] | None = 1, padding: Literal['valid', 'same', 'VALID', 'SAME'] = 'valid', data_format: Literal['channels_last', 'channels_first'] | None = None, dilation_rate: Int | Sequence[Int] | None = 1, depth_multiplier: Int = 1, activation: NamedFunction | None = None, use_bias: bool = True, depthwise_initializer: Named | None = 'glorot_uniform', pointwise_initializer: Named | None = 'glorot_uniform', bias_initializer: Named | None = 'zeros', depthwise_regularizer: NamedFunction | None = None, pointwise_regularizer: NamedFunction | None = None, bias_regularizer: NamedFunction | None = None, activity_regularizer: NamedFunction | None = None, depthwise_constraint: NamedFunction | None = None, pointwise_constraint: NamedFunction | None = None, bias_constraint: NamedFunction | None = None, *, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, name: str | None = None, **first_input: Unpack[FlatInput]) -> None: ...
class SeparableConv2D(_SeparableConv2D):
    def __init__(self, filters: Int, kernel_size: Int | Sequence[Int] | None, strides: Int | Sequence[Int] | None = 1, padding: Literal['valid', 'same', 'VALID', 'SAME'] = 'valid', data_format: Literal['channels_last', 'channels_first'] | None = None, dilation_rate: Int | Sequence[Int] | None = 1, depth_multiplier: Int = 1, activation: NamedFunction | None = None, use_bias: bool = True, depthwise_initializer: Named | None = 'glorot_uniform', pointwise_initializer: Named | None = 'glorot_uniform', bias_initializer: Named | None = 'zeros', depthwise_regularizer: NamedFunction | None = None, pointwise_regularizer: NamedFunction | None = None, bias_regularizer: NamedFunction | None = None, activity_regularizer: NamedFunction | None = None, depthwise_constraint: NamedFunction | None = None, pointwise_constraint: NamedFunction | None = None, bias_constraint: NamedFunction | None = None, *, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, name: str | None = None, **first_input: Unpack[FlatInput]) -> None: ...
class Conv1D(_Conv1D):
    def __init__(self, filters: Int, kernel_size: Int | Sequence[Int] | None, strides: Int | Sequence[Int] | None = 1, padding: Literal['valid', 'same', 'causal', 'VALID', 'SAME', 'CAUSAL'] = 'valid', data_format: Literal['channels_last', 'channels_first'] | None = None, dilation_rate: Int | Sequence[Int] | None = 1, groups: Int = 1, activation: NamedFunction | None = None, use_bias: bool = True, kernel_initializer: Named | None = 'glorot_uniform', bias_initializer: Named | None = 'zeros', kernel_regularizer: NamedFunction | None = None, bias_regularizer: NamedFunction | None = None, activity_regularizer: NamedFunction | None = None, kernel_constraint: NamedFunction | None = None, bias_constraint: NamedFunction | None = None, *, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, name: str | None = None, **first_input: Unpack[FlatInput]) -> None: ...
class Conv1DTranspose(_Conv1DTranspose):
    def __init__(self, filters: Int, kernel_size: Int | Sequence[Int] | None, strides: Int | Sequence[Int] | None = 1, padding: Literal['valid', 'same', 'VALID', 'SAME'] = 'valid', output_padding: Int | Sequence[Int] | None = None, data_format: Literal['channels_last', 'channels_first'] | None = None, dilation_rate: Int | Sequence[Int] | None = 1, activation: NamedFunction | None = None, use_bias: bool = True, kernel_initializer: Named | None = 'glorot_uniform', bias_initializer: Named | None = 'zeros', kernel_regularizer: NamedFunction | None = None, bias_regularizer: NamedFunction | None = None, activity_regularizer: NamedFunction | None = None, kernel_constraint: NamedFunction | None = None, bias_constraint: NamedFunction | None = None, *, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, name: str | None = None, **first_input: Unpack[FlatInput]) -> None: ...
class Conv2D(_Conv2D):
    def __init__(self, filters: Int, kernel_size: Int | Sequence[Int] | None, strides: Int | Sequence[Int] | None = 1, padding: Literal['valid', 'same', 'VALID', 'SAME'] = 'valid', data_format: Literal['channels_last', 'channels_first'] | None = None, dilation_rate: Int | Sequence[Int] | None = 1, groups: Int = 1, activation: NamedFunction | None = None, use_bias: bool = True, kernel_initializer: Named | None = 'glorot_uniform', bias_initializer: Named | None = 'zeros', kernel_regularizer: NamedFunction | None = None, bias_regularizer: NamedFunction | None = None, activity_regularizer: NamedFunction | None = None, kernel_constraint: NamedFunction | None = None, bias_constraint: NamedFunction | None = None, *, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, name: str | None = None, **first_input: Unpack[FlatInput]) -> None: ...
class Conv2DTranspose(_Conv2DTranspose):
    def __init__(self, filters: Int, kernel_size: Int | Sequence[Int] | None, strides: Int | Sequence[Int] | None = 1, padding: Literal['valid', 'same', 'VALID', 'SAME'] = 'valid', output_padding: Int | Sequence[Int] | None = None, data_format: Literal['channels_last', 'channels_first'] | None = None, dilation_rate: Int | Sequence[Int] | None = 1, activation: NamedFunction | None = None, use_bias: bool = True, kernel_initializer: Named | None = 'glorot_uniform', bias_initializer: Named | None = 'zeros', kernel_regularizer: NamedFunction | None = None, bias_regularizer: NamedFunction | None = None, activity_regularizer: NamedFunction | None = None, kernel_constraint: NamedFunction | None = None, bias_constraint: NamedFunction | None = None, *, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, name: str | None = None, **first_input: Unpack[FlatInput]) -> None: ...
class Conv3D(_Conv3D):
    def __init__(self, filters: Int, kernel_size: Int | Sequence[Int] | None, strides: Int | Sequence[Int] | None = 1, padding: Literal['valid', 'same', 'VALID', 'SAME'] = 'valid', data_format: Literal['channels_last', 'channels_first'] | None = None, dilation_rate: Int | Sequence[Int] | None = 1, groups: Int = 1, activation: NamedFunction | None = None, use_bias: bool = True, kernel_initializer: Named | None = 'glorot_uniform', bias_initializer: Named | None = 'zeros', kernel_regularizer: NamedFunction | None = None, bias_regularizer: NamedFunction | None = None, activity_regularizer: NamedFunction | None = None, kernel_constraint: NamedFunction | None = None, bias_constraint: NamedFunction | None = None, *, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, name: str | None = None, **first_input: Unpack[FlatInput]) -> None: ...
class Conv3DTranspose(_Conv3DTranspose):
    def __init__(self, filters: Int, kernel_size: Int | Sequence[Int] | None, strides: Int | Sequence[Int] | None = 1, padding: Literal['valid', 'same', 'VALID', 'SAME'] = 'valid', data_format: Literal['channels_last', 'channels_first'] | None = None, output_padding: Int | Sequence[Int] | None = None, dilation_rate: Int | Sequence[Int] | None = 1, activation: NamedFunction | None = None, use_bias: bool = True, kernel_initializer: Named | None = 'glorot_uniform', bias_initializer: Named | None = 'zeros', kernel_regularizer: NamedFunction | None = None, bias_regularizer: NamedFunction | None = None, activity_regularizer: NamedFunction | None = None, kernel_constraint: NamedFunction | None = None, bias_constraint: NamedFunction | None = None, *, trainable: bool = True, dtype: DTypeLike | None = None, autocast: bool = True, name: str | None = None, **first_input: Unpack[FlatInput]) -> None: ...
AvgPool1D = AveragePooling1D
AvgPool2D = AveragePooling2D
AvgPool3D = AveragePooling3D
Convolution1D = Conv1D
Convolution1DTranspose = Conv1DTranspose
Convolution2D = Conv2D
Convolution2DTranspose = Conv2DTranspose
Convolution3D = Conv3D
Convolution3DTranspose = Conv3DTranspose
GlobalAvgPool1D = GlobalAveragePooling1D
GlobalAvgPool2D = GlobalAveragePooling2D
GlobalAvgPool3D = GlobalAveragePooling3D
GlobalMaxPool1D = GlobalMaxPooling1D
GlobalMaxPool2D = GlobalMaxPooling2D
GlobalMaxPool3D = GlobalMaxPooling3D
MaxPool1D = MaxPooling1D
MaxPool2D = MaxPooling2D
MaxPool3D = MaxPooling3D
SeparableConvolution1D = SeparableConv1D
SeparableConvolution2D = SeparableConv2D
def deserialize(config: Any, custom_objects: Mapping | None = None) -> Any: ...
registry: Registry
def serialize(value: Any) -> Any: ...
