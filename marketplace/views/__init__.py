"""Pages of the Wildberries desk."""
