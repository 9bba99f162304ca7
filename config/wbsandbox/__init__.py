"""A sandbox Wildberries on loopback: official paths, payloads, limits, errors and quirks, and a believable shop.

Nothing here imports Django; of this project only the loopback HTTP server.
"""
