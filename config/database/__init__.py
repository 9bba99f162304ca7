"""Operating the database: its health, its indexes, its backups and their proof."""
