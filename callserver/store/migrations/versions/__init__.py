"""One file for each change of the database: ``vNNNN_what.py``."""
