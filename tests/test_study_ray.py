"""The same study on a Ray cluster of two nodes, both on this machine."""

import os
import sys
from pathlib import Path

import pytest

import lurnet

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))
from study_builds import build, data, fails_at_two  # noqa: E402

ray = pytest.importorskip("ray", reason="Ray is not installed (pip install 'lurnet[ray]')")
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]


@pytest.fixture(scope="module")
def cluster():
    from ray.cluster_utils import Cluster

    found = Cluster(initialize_head=True, head_node_args={"num_cpus": 1})
    found.add_node(num_cpus=1)
    paths = os.pathsep.join([str(HERE), str(HERE.parent)])  # where the nodes find build()
    environment = {"env_vars": {"PYTHONPATH": paths}}
    ray.init(address=found.address, log_to_driver=False, runtime_env=environment)
    yield found
    ray.shutdown()
    found.shutdown()


def study(on, make=build, grid=None):
    x, y = data()
    made = lurnet.Study(make, grid or {"l2": [0.1, 0.2]}, replicates=2, folder=False)
    return made.fit(x, y, epochs=2, batch_size=32, validation_data=(x, y), on=on, verbose=0)


def test_equal_results_on_two_nodes(cluster):
    assert sum(n["Alive"] for n in ray.nodes()) == 2
    there, here = study("ray"), study("here")
    assert [r.metrics for r in there.runs] == [r.metrics for r in here.runs]
    assert there.best.model.count_params() == here.best.model.count_params()


def test_failures_are_kept(cluster):
    found = study("ray", fails_at_two, {"units": [2, 3]})
    assert [r.error is None for r in found.runs] == [False, False, True, True]
