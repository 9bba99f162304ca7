"""The passes of a sync: what is read from Wildberries page by page, and how a page is merged into our tables.

A pass is a row's ``progress``: each page and the place of the next one are saved in one transaction,
so a pass that was killed goes on where it was. ``services.syncing`` runs them.
"""
