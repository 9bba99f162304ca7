"""Pages of dialogs: what customers see of the widget, and the seller's own."""
