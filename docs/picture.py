"""Draw what a command prints as SVG: python docs/picture.py docs/check.svg 110 dba demo"""

import os
import subprocess
import sys
from pathlib import Path

from rich.console import Console
from rich.text import Text

target, width, *command = sys.argv[1:]
environment = os.environ | {"FORCE_COLOR": "1", "COLUMNS": width, "TERM": "xterm"}
shown = subprocess.run(command, capture_output=True, text=True, env=environment, check=False).stdout
with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
    console = Console(file=nowhere, record=True, width=int(width), force_terminal=True)
    console.print(Text.from_ansi(shown))
    console.save_svg(target, title=" ".join(command))
