"""How many tokens a text is, by tokenizers whose vocabularies come with their npm packages."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence

from migration_tools import fetched

_PACKAGES = (("@anthropic-ai/tokenizer", "0.0.4"), ("gpt-tokenizer", "4.0.0"))
_COUNT = """
const { countTokens } = require("@anthropic-ai/tokenizer");
const { encode } = require("gpt-tokenizer/encoding/o200k_base");
const texts = JSON.parse(require("fs").readFileSync(0));
console.log(JSON.stringify(texts.map((text) => [countTokens(text), encode(text).length])));
"""


def counted(texts: Sequence[str]) -> list[tuple[int, int]]:
    """Tokens of each text, by Claude's published tokenizer and by o200k_base."""
    home = fetched(_PACKAGES)
    ran = subprocess.run(
        ["node", "-e", _COUNT], input=json.dumps(list(texts)), capture_output=True, text=True, check=True, cwd=home
    )
    return [(one, other) for one, other in json.loads(ran.stdout)]
