"""What layers that slide a window over images have in common."""

from typing import Any, ClassVar

from lurnet.core.docs import FieldDocs
from lurnet.core.errors import BadValue
from lurnet.layers.input_spec import InputSpec, describe


class Spatial:
    """Mixin of layers over (b, *spatial, c), or (b, c, *spatial) for "channels_first"."""

    rank: ClassVar[int]
    data_format: str

    def __init_subclass__(cls, rank: int = 0, **kwargs: Any) -> None:
        """``class Conv2D(Conv, rank=2)`` is the class over so many spatial axes."""
        super().__init_subclass__(**kwargs)
        if rank:
            cls.rank = rank
            cls.__doc__ = FieldDocs(cls.__doc__)  # type: ignore[assignment]

    def setup(self) -> None:
        """Expect inputs with ``rank`` spatial axes."""
        super().setup()  # type: ignore[misc]
        self._expect()

    @property
    def _channel_axis(self) -> int:
        return 1 if self.data_format == "channels_first" else -1

    @property
    def _spatial_axes(self) -> tuple[int, ...]:
        first = 2 if self._channel_axis == 1 else 1
        return tuple(range(first, first + self.rank))

    def _expect(self, channels: int | None = None) -> None:
        """Expect inputs of the layer's rank, with so many channels."""
        axes: dict[int, int | None] = {} if channels is None else {self._channel_axis: channels}
        self.input_spec = InputSpec(ndim=self.rank + 2, axes=axes)

    def input_advice(self, shape: tuple) -> str:
        """What to write for an input of a shape that does not fit."""
        if len(shape) == self.rank + 1:
            return _axis_missing(self, shape)
        if len(shape) == self.rank + 2:
            return _other_layout(self, shape)
        if len(shape) < self.rank + 1:
            return f" Reshape it first: keras.layers.Reshape({_example(self)})."
        return f" It takes {_LAYOUT[self.rank]}, with one axis less or more than this."

    def _check_fits(self, shape: tuple, window: tuple, dilation: tuple | None = None) -> None:
        """Refuse a window that finds no place in the image; unknown sizes pass."""
        dilation = dilation or (1,) * self.rank
        covered = [(w - 1) * d + 1 for w, d in zip(window, dilation, strict=True)]
        sizes = [shape[a] for a in self._spatial_axes]
        pairs = zip(sizes, covered, strict=True)
        if any(isinstance(size, int) and size < need for size, need in pairs):
            raise BadValue(
                f"{describe(self)}: a window of {_by(covered)} does not fit into an input of "
                f"{_by(sizes)}. Make the window smaller, use padding='same', or pool less before."
            )


_LAYOUT = {
    1: "(batch, steps, channels)",
    2: "(batch, height, width, channels)",
    3: "(batch, depth, height, width, channels)",
}


def _axis_missing(layer: Spatial, shape: tuple) -> str:
    """Samples without channels, or one sample without the batch: what the layer takes of both."""
    axis = layer._channel_axis
    wanted = layer.input_spec.axes.get(axis)  # type: ignore[union-attr]
    kind = {1: "Sequences", 2: "Images"}.get(layer.rank, "Volumes")
    said = []
    if wanted in (None, 1):
        index = "x[..., None]" if axis == -1 else "x[:, None]"
        sizes = [d for d in shape[1:] if d is not None]
        sizes = (*sizes, 1) if axis == -1 else (1, *sizes)
        first = f", or keras.layers.Reshape({sizes}) first" if len(sizes) == len(shape) else ""
        said.append(f" {kind} need a channel axis: write {index}{first}.")
    if shape[-1 if axis == -1 else 0] in (None, wanted) or wanted is None:
        said.append(f" For one sample, write x[None]: the first axis counts the {kind.lower()}.")
    return "".join(said)


def _by(sizes: Any) -> str:
    return " x ".join(map(str, sizes))


def _example(layer: Any) -> str:
    return {1: "(steps, channels)", 2: "(height, width, channels)"}.get(
        layer.rank, "(depth, height, width, channels)"
    )


def _other_layout(layer: Spatial, shape: tuple) -> str:
    wanted = layer.input_spec.axes.get(layer._channel_axis)  # type: ignore[union-attr]
    other = 1 if layer._channel_axis == -1 else -1
    if wanted is not None and shape[other] == wanted:
        layout = "channels_first" if other == 1 else "channels_last"
        return (
            f" The channels seem to be on axis {other}: write np.moveaxis(x, {other}, "
            f"{layer._channel_axis}), or give the layer data_format={layout!r}."
        )
    return " The number of channels was fixed by the first input."
