import sys

from spargio_report.cli import main

sys.exit(main(sys.argv[1:]))
