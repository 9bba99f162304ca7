"""Why the system cannot start, said in one sentence."""


class StartRefused(Exception):
    """Something on this machine is in the way; the message tells the person what to do."""


class StopRequested(Exception):
    """The person, the terminal or the system asked to stop."""
