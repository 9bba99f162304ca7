"""The workbench: pages on which a seller sees, tries and mends what the assistants know."""
