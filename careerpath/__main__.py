"""``python -m careerpath``: the same as the command ``careerpath``."""

from careerpath.cli import main

if __name__ == "__main__":
    main()
