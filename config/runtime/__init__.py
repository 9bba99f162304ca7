"""The whole system on one machine: PostgreSQL, Redis, model server, web, workers, beat.

``manage.py up`` starts and supervises them (``config.runtime.up``); the tests
borrow the parts they stand on (``tests/stack.py``). Nothing here imports
Django, so that the supervisor stays small and quick; ``preparation`` is the one
module that does, and it runs in a process of its own.
"""
