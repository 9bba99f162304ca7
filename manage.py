#!/usr/bin/env python
"""Django's command-line entry point."""

import os
import sys


def main() -> None:
    """Run the management command named on the command line."""
    if sys.version_info < (3, 11):  # noqa: UP036 -- said before anything newer is read
        sys.exit("Python 3.11 or newer is needed: make PYTHON=python3.12 run")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    if sys.argv[1:] == ["up"]:
        from config.runtime.up import up  # noqa: PLC0415 -- leaf: supervises without the weight of Django

        sys.exit(up())
    from django.core.management import execute_from_command_line  # noqa: PLC0415 -- leaf: after the settings are named

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
