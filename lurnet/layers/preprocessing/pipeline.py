"""Layers one after the other as one, and boxes filled up to one number for all images."""

from typing import Annotated, Any

from lurnet import ops
from lurnet.core.errors import BadType, BadValue
from lurnet.core.fields import Convert, PositiveInt, fields
from lurnet.core.registry import deserialize, serialize
from lurnet.layers.arguments import call_parameters
from lurnet.layers.base import Layer
from lurnet.layers.per_sample import is_per_sample
from lurnet.layers.preprocessing.image import ImageLayer

__all__ = ["Pipeline", "MaxNumBoundingBoxes"]


def _layers(_: Any, value: Any) -> list[Layer]:
    if not isinstance(value, (list, tuple)):
        raise BadValue(f"must be a list of layers, not {value!r}.")
    found = [deserialize(v, module="keras.layers") if isinstance(v, dict) else v for v in value]
    wrong = next((v for v in found if not isinstance(v, Layer)), None)
    if wrong is not None:
        raise BadType(f"Pipeline: `layers` must hold layers, but it holds {wrong!r}.")
    return found


@fields
class Pipeline(Layer):
    """Apply layers one after the other, as Sequential does, but as a single layer.

    >>> from lurnet.layers.preprocessing.scaling import Rescaling
    >>> Pipeline([Rescaling(2.0), Rescaling(1.0, 1.0)])(ops.ones(2)).tolist()
    [3.0, 3.0]
    """

    layers: Annotated[Any, Convert(_layers)]  #: the layers, first to last

    _after = {"name": "layers"}

    def per_sample(self, shape: tuple) -> bool:
        """As all layers, each for the output of the one before."""
        for layer in self.layers:
            if not is_per_sample(layer, shape):
                return False
            shape = layer.compute_output_shape(shape)
        return True

    def call(self, inputs: Any, training: Any = True, mask: Any = None) -> Any:
        """The output of the last layer."""
        for layer in self.layers:
            flags = {"training": training} if "training" in call_parameters(layer) else {}
            inputs = layer(inputs, **flags)
        return inputs

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments as plain data."""
        return {"layers": [serialize(layer) for layer in self.layers], "name": self.name}


@fields
class MaxNumBoundingBoxes(ImageLayer):
    """Cut or fill up the boxes of each image to ``max_number``; the rest of the data stays.

    Works on a dict with "bounding_boxes": {"boxes": (batch, n, 4), "labels": (batch, n)}.

    >>> boxes = {"boxes": ops.ones((1, 2, 4)), "labels": ops.ones((1, 2))}
    >>> MaxNumBoundingBoxes(3).transform_bounding_boxes(boxes, None)["labels"].tolist()
    [[1.0, 1.0, -1.0]]
    """

    max_number: PositiveInt  #: number of boxes of each image afterwards
    fill_value: int = -1  #: coordinates and label of a missing box

    moves_pixels = False

    def transformed(self, images: Any, transformation: Any) -> Any:
        """The images as they are."""
        return images

    def transform_bounding_boxes(
        self, bounding_boxes: dict, transformation: Any, training: Any = True
    ) -> dict:
        """The boxes and labels, ``max_number`` for each image."""
        boxes = ops.convert_to_tensor(bounding_boxes["boxes"])[:, : self.max_number]
        labels = ops.convert_to_tensor(bounding_boxes["labels"])[:, : self.max_number]
        missing = (0, self.max_number - boxes.shape[1])
        fill = {"mode": "constant", "constant_values": self.fill_value}
        return bounding_boxes | {
            "boxes": ops.pad(boxes, [(0, 0), missing, (0, 0)], **fill),
            "labels": ops.pad(labels, [(0, 0), missing], **fill),
        }

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments as plain data."""
        config = super().get_config()
        config.pop("fill_value")
        return config
