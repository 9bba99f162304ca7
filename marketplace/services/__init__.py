"""What can be done at the Wildberries desk."""
