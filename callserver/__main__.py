"""``python -m callserver`` is the same as ``callserver``."""

from callserver.cli import main

if __name__ == "__main__":
    main()
