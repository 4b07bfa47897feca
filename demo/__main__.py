"""``python -m demo``: what script/demo runs once the environment stands."""

import sys

from demo.run import main

sys.exit(main(sys.argv[1:]))
