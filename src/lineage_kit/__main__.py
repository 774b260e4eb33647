"""``python -m lineage_kit``, for environments without the console script on the path."""

import sys

from lineage_kit.cli import main

if __name__ == "__main__":
    sys.exit(main())
