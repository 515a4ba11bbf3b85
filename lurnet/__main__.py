"""``python -m lurnet`` is the ``lurnet`` command."""

import sys

from lurnet.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
