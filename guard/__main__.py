"""``python -m guard`` is ``guard``."""

from guard.cli.__main__ import main

if __name__ == "__main__":
    main()
