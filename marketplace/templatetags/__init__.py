"""Tags of the Wildberries desk."""
