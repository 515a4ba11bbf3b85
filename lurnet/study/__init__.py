"""Studies: models over settings and replicates, with error bars."""

from lurnet.study.quick_mode import quick as quick
from lurnet.study.runs import Run as Run
from lurnet.study.search import choice as choice
from lurnet.study.search import integer as integer
from lurnet.study.search import log as log
from lurnet.study.search import uniform as uniform
from lurnet.study.statistics import Comparison as Comparison
from lurnet.study.statistics import Estimate as Estimate
from lurnet.study.statistics import estimate as estimate
from lurnet.study.study import Study as Study
from lurnet.study.table import Table as Table
