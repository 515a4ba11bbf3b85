"""From files of earlier versions to today's form: an ordered list, each entry one change.

A new version of the files is one more entry: what it changes in configs, or in the names of arrays
and of what layers keep beside them. The arrays of Keras 1 and 2, which stand by layer and in order
instead of by name, are brought into today's layout by ``layer_arrays``.
"""

from collections.abc import Callable, Collection, Mapping
from typing import Any, NamedTuple

from lurnet.core.errors import BadFile
from lurnet.core.registry import custom_object_scope
from lurnet.saving.configs import load_tables
from lurnet.saving.migrations import compile_settings, models, places, tf_ops
from lurnet.saving.migrations.versions import Writer

Config = dict[str, Any]
Names = Mapping[str, str]


class Migration(NamedTuple):
    """One change of the files."""

    until: tuple[int, ...]  #: the first version of Keras that writes today's form
    config: Callable[[Config, Writer], Config] | None = None
    #: Today's names by those in the file, for a model and names of arrays or (True) of its assets.
    names: Callable[[Any, Collection[str], bool], Names] | None = None


EVERY = (10**9,)  #: what no version has changed yet
MIGRATIONS = (
    Migration((2, 14), names=places.today),  # ``_layer_checkpoint_dependencies``
    Migration((3,), compile_settings.migrated),
    Migration((3,), models.migrated),
    Migration(EVERY, compile_settings.of_layered_files),
    Migration(EVERY, tf_ops.with_modules),  # Keras 3 leaves them out of ``.h5`` files
)


def migrated(
    config: Config,
    writer: Writer,
    custom_objects: Mapping[str, Any] | None = None,
    where: str = "The config",
    steps: Collection[Migration] = MIGRATIONS,
) -> Config:
    """A config of any version in today's form, with the compile settings in it.

    Args:
        config: plain data.
        writer: who wrote it.
        custom_objects: the caller's own classes and functions by name.
        where: what it is, for errors.
        steps: the changes since, in order.
    """
    load_tables()
    if not isinstance(config.get("class_name"), str) or "config" not in config:
        raise BadFile(f"{where} describes no model: it has no class_name and config.")
    with custom_object_scope(custom_objects or {}):
        for step in steps:
            if step.config is not None and writer.version < step.until:
                config = step.config(config, writer)
    return config


def names_today(
    model: Any,
    names: Collection[str],
    assets: bool = False,
    steps: Collection[Migration] = MIGRATIONS,
) -> Names:
    """Today's names of arrays, or of what layers keep beside them, by those in the file.

    Files of weights do not tell who wrote them: each change knows its own names.
    """
    found = {name: name for name in names}
    for step in steps:
        if step.names is not None:
            moved = step.names(model, found.values(), assets)
            found = {old: moved.get(new, new) for old, new in found.items()}
    if len(set(found.values())) < len(found):
        raise BadFile("Two names in the file mean the same place in the model: refused.")
    return found
