"""How the database came to look as it does: alembic's environment and, in ``versions``, one file
for each change, oldest first. Files that were released are never edited; ``migrate`` runs them."""
