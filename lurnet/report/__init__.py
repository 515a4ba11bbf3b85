"""Reports: self-contained HTML pages."""

from lurnet.report.study import write_study as write_study
