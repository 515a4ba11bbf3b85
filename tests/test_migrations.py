"""A new version of the files is one more migration; those before it stay as they are."""

import json

import numpy as np

import lurnet
from lurnet.saving.migrations import EVERY, MIGRATIONS, Migration, migrated, names_today
from lurnet.saving.migrations.versions import writer_of


def with_units(config, writer):
    """A toy: until 3.99, files said ``width`` where they say ``units`` since."""
    text = json.dumps(config)
    return json.loads(text.replace('"width"', '"units"'))


def to_layers(model, names, assets):
    """A toy: until 3.99, places began with ``parts``."""
    return {name: name.replace("parts/", "layers/", 1) for name in names}


TOY = Migration((3, 99), with_units, to_layers)


def model():
    return lurnet.Sequential([lurnet.Input((3,)), lurnet.layers.Dense(2, name="d")], name="m")


def test_one_more_entry_reads_files_before_it():
    today = model().to_json()
    old = json.loads(today.replace('"units"', '"width"'))
    new = migrated(old, writer_of(old, "3.15.1"), steps=(*MIGRATIONS, TOY))
    assert new == json.loads(today)
    again = lurnet.models.model_from_json(json.dumps(new))
    assert again(np.ones((1, 3))).shape == (1, 2)


def test_files_of_its_version_and_later_are_left_alone():
    config = json.loads(model().to_json().replace('"units"', '"width"'))
    for version in ("3.99.0", "3.99", "4.1"):
        assert migrated(config, writer_of(config, version), steps=(*MIGRATIONS, TOY)) == config


def test_names_of_arrays():
    names = ["parts/dense/vars/0", "layers/other/vars/0"]
    today = names_today(model(), names, steps=(*MIGRATIONS, TOY))
    assert today == {names[0]: "layers/dense/vars/0", names[1]: names[1]}
    chained = names_today(
        model(),
        ["a/dense/vars/0"],
        steps=(Migration(EVERY, names=lambda m, n, a: {x: f"parts/{x[2:]}" for x in n}), TOY),
    )
    assert chained == {"a/dense/vars/0": "layers/dense/vars/0"}


def test_the_list_is_in_order_and_leaves_files_of_today_alone():
    untils = [step.until for step in MIGRATIONS]
    assert untils == sorted(untils)
    config = json.loads(model().to_json())
    assert migrated(config, writer_of(config, "3.15.1")) == config
