"""Random shears, changes of perspective and ripples of images."""

from typing import Annotated, Any

from lurnet import ops, random
from lurnet.core.fields import Convert, Number, Rate, fields, is_number
from lurnet.core.seeds import draw_seed
from lurnet.layers.options import DataFormat
from lurnet.layers.preprocessing.geometry import AffineLayer, FillMode, Interpolation, Warp, rows
from lurnet.layers.preprocessing.image import (
    Bounds,
    Range,
    Unit,
    images_of,
    pair,
    per_image,
    whole_images,
)

__all__ = ["RandomShear", "RandomPerspective", "RandomElasticTransform"]


def _slope(_: Any, value: Any) -> tuple[float, float]:
    if is_number(value):
        pair(value, 0, 1)
    return pair(value, -1, 1)


Slope = Annotated[Any, Convert(_slope, Bounds)]


@fields
class RandomShear(AffineLayer):
    """Slant each image by a random amount, in training.

    Each row moves by ``x_factor`` times its number, each column by ``y_factor`` times its own.

    >>> RandomShear(0.2, 0.1, seed=1)(ops.ones((2, 4, 4, 3))).shape
    (2, 4, 4, 3)
    """

    x_factor: Slope = 0.0  #: bounds of the slope along x, each from 0 to 1; f is (-f, f)
    y_factor: Slope = 0.0  #: bounds of the slope along y, each from 0 to 1; f is (-f, f)
    interpolation: Interpolation = "bilinear"  #: how values between pixels are found
    fill_mode: FillMode = "reflect"  #: what stands beyond the edges
    fill_value: Number = 0.0  #: value beyond the edges with fill_mode="constant"
    data_format: DataFormat = None  #: "channels_last" or "channels_first"; None: global setting
    seed: int | None = None  #: seed of the random numbers

    per_sample = whole_images

    def drawn(self, data: Any, seed: Any) -> Any:
        """The slopes along x and y, (batch, 2); both change their sign half of the time."""
        sign = ops.where(self.draw(data, (1,), 0.0, 1.0, seed) > 0.5, -1.0, 1.0)
        bounds = (self.x_factor, self.y_factor)
        slopes = ops.concatenate([self.draw(data, (1,), *b, seed=seed) for b in bounds], axis=1)
        return {"shear_factor": slopes * sign, "input_shape": tuple(images_of(data).shape)}

    def matrices(self, transformation: Any, height: int, width: int) -> Any:
        """The matrices of the shears, about the first pixel."""
        x, y = (transformation["shear_factor"][:, i] for i in range(2))
        return rows(1, x, 0, y, 1, 0, 0, 0)

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments; (-f, f) as f, since Keras takes no negative bound."""
        config = super().get_config()
        for name in ("x_factor", "y_factor"):
            low, high = getattr(self, name)
            config[name] = high if low == -high else [low, high]
        return config


@fields
class RandomPerspective(Warp):
    """Move the corners of images by random amounts, each image with a probability, in training.

    >>> RandomPerspective(scale=0.2, seed=1)(ops.ones((2, 4, 4, 3))).shape
    (2, 4, 4, 3)
    """

    factor: Unit = 1.0  #: bounds of the probability; f: (0, f)
    scale: Rate = 1.0  #: largest move, of half the image's size
    interpolation: Interpolation = "bilinear"  #: how values between pixels are found
    fill_value: Number = 0.0  #: value beyond the edges
    seed: int | None = None  #: seed of the random numbers
    data_format: DataFormat = None  #: "channels_last" or "channels_first"; None: global setting

    per_sample = whole_images

    def drawn(self, data: Any, seed: Any) -> Any:
        """Which images are changed (batch,), and their corners (x, y) before and after."""
        height, width = self.size_of(images_of(data))
        corners = [[x, y] for y in (0.0, height - 1.0) for x in (0.0, width - 1.0)]
        moves = self.draw(data, (4, 2), -0.5 * self.scale, 0.5 * self.scale, seed)
        start = ops.zeros_like(moves) + ops.convert_to_tensor(corners, "float32")
        return {
            "apply_perspective": self.chance(data, self.factor, seed),
            "start_points": start,
            "end_points": start + start * moves,
            "input_shape": tuple(images_of(data).shape),
        }

    def warped(self, images: Any, transformation: Any, interpolation: str) -> Any:
        """The images, seen from elsewhere where told."""
        chosen = per_image(transformation["apply_perspective"], "bool")
        images = ops.convert_to_tensor(images)
        moved = ops.image.perspective_transform(
            images,
            transformation["start_points"],
            transformation["end_points"],
            interpolation,
            self.fill_value,
            self.data_format,
        )
        return ops.where(chosen, ops.cast(moved, images.dtype), images)


@fields
class RandomElasticTransform(Warp):
    """Ripple images at random, each with a probability, in training (Simard et al., 2003).

    >>> RandomElasticTransform(scale=0.5, seed=1)(ops.ones((2, 8, 8, 3))).shape
    (2, 8, 8, 3)
    """

    factor: Unit = 1.0  #: bounds of the probability; f: (0, f)
    scale: Unit = 1.0  #: bounds of the strength; f is (0, f)
    interpolation: Interpolation = "bilinear"  #: how values between pixels are found
    fill_mode: FillMode = "reflect"  #: what stands beyond the edges
    fill_value: Number = 0.0  #: value beyond the edges with fill_mode="constant"
    value_range: Range = (0, 255)  #: smallest and largest value of the images
    seed: int | None = None  #: seed of the random numbers
    data_format: DataFormat = None  #: "channels_last" or "channels_first"; None: global setting

    per_sample = whole_images

    def drawn(self, data: Any, seed: Any) -> Any:
        """Which images are rippled (batch,), how strongly (one number), and the ripples' seed."""
        if not self.scale[1] or not self.factor[1]:
            return None
        stream = self.generator if seed is None else seed
        return {
            "apply_transform": self.chance(data, self.factor, seed),
            "distortion_factor": random.uniform((), *self.scale, seed=stream),
            "seed": draw_seed(stream),
        }

    def transformed(self, images: Any, transformation: Any) -> Any:
        """The rippled images, cut to the range of values."""
        return ops.clip(super().transformed(images, transformation), *self.value_range)

    def warped(self, images: Any, transformation: Any, interpolation: str) -> Any:
        """The images, rippled where told; masks get the same ripples."""
        if transformation is None:
            return images
        chosen = per_image(transformation["apply_transform"], "bool")
        first = self.data_format == "channels_first"
        pixels = ops.transpose(images, (0, 2, 3, 1)) if first else ops.convert_to_tensor(images)
        strength, seed = transformation["distortion_factor"], transformation["seed"]
        moved = self._rippled(pixels, strength, seed, interpolation)
        moved = ops.transpose(moved, (0, 3, 1, 2)) if first else moved
        return ops.where(chosen, ops.cast(moved, images.dtype), images)

    def _rippled(self, pixels: Any, strength: Any, seed: Any, interpolation: str) -> Any:
        """Pixels (batch, h, w, c) read where smooth noise has moved them to."""
        batch, height, width, _ = pixels.shape
        widest = min(height, width) * 0.05 * self.scale[1]
        size = int(6 * widest) | 1  # the window of the widest bell, which every strength fits in
        sigma = ops.maximum(min(height, width) * 0.05 * strength, 1e-6)
        noise = sigma * random.normal((batch, height, width, 2), seed=seed)
        waves = ops.image.gaussian_blur(noise, (size, size), (sigma, sigma), "channels_last")
        waves = waves * (max(height, width) * 0.1 * strength)
        places = ops.stack(ops.meshgrid(ops.arange(height), ops.arange(width), indexing="ij"), -1)
        places = ops.moveaxis(places + waves, -1, 1)
        order = 0 if interpolation == "nearest" else 1

        def read(image: Any, place: Any) -> Any:
            channels = ops.unstack(image, axis=-1)
            fill = (order, self.fill_mode, self.fill_value)
            return ops.stack([ops.image.map_coordinates(c, place, *fill) for c in channels], -1)

        return ops.vectorized_map(lambda both: read(*both), (pixels, places))
