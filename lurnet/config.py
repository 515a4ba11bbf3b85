"""Global settings under Keras' names: ``keras.config``."""

from lurnet.core.dtypes import dtype_policy as dtype_policy
from lurnet.core.dtypes import set_dtype_policy as set_dtype_policy
from lurnet.core.settings import backend as backend
from lurnet.core.settings import epsilon as epsilon
from lurnet.core.settings import floatx as floatx
from lurnet.core.settings import image_data_format as image_data_format
from lurnet.core.settings import set_epsilon as set_epsilon
from lurnet.core.settings import set_floatx as set_floatx
from lurnet.core.settings import set_image_data_format as set_image_data_format
