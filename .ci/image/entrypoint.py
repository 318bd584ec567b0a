#!/opt/parvis/bin/python -I
"""The first process of the image."""

import sys

from adapters.firstprocess import main

sys.exit(main())
