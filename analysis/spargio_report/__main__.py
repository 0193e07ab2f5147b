import signal
import sys

from spargio_report.commands.cli import main

signal.signal(signal.SIGTERM, signal.default_int_handler)  # a CI service that cancels: as Ctrl-C
sys.exit(main(sys.argv[1:]))
