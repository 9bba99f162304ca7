"""Turns files into text, in a child process, without Django.

Each format is a module with ``parse(file) -> Extraction``; ``formats`` names
it. A new format is one module and two lines there.
"""
