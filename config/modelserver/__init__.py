"""A small OpenAI-compatible server for machines without a key: it quotes, and says so.

Nothing here imports Django or anything else of this project.
"""
