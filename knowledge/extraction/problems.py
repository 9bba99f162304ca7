"""Why a file cannot be read; the parent process translates the code for people."""


class Refused(Exception):
    """The file ends here; ``code`` is one of ``knowledge.enums.DocumentProblem``."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
