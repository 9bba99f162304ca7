"""``python -m config.runtime`` is ``manage.py up``."""

import sys

from config.runtime.up import up

sys.exit(up())
