"""The back office: what our staff see first, and the pages of the admin that belong to no one model."""
